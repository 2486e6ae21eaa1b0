import { writeFileAtomic, writeFully } from './atomic-file.ts'

/** Bytes that are put together before they are written. */
const batchBytes = 1 << 20

/**
 * Writes values as they come, a line of JSON each; the file appears whole or not at all. Equal values make equal bytes.
 *
 * @returns how many there were
 * @throws UserError where the file system refuses
 */
export async function writeJsonLines(
  path: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<number> {
  let count = 0
  await writeFileAtomic(path, async (file) => {
    let pending = ''
    const flush = async (): Promise<void> => {
      await writeFully(file, new TextEncoder().encode(pending))
      pending = ''
    }
    for await (const value of values) {
      pending += `${JSON.stringify(value)}\n`
      count++
      if (pending.length >= batchBytes) await flush()
    }
    await flush()
  })
  return count
}
