import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic, writeFully } from '../../files/atomic-file.ts'
import type { Rephrased } from './rephrase-corpus.ts'

/** Names of the files of a rephrasing in its directory. */
export const rephraseFiles = (directory: string) => ({
  /** Accepted rewritings, a corpus like any other. */
  rephrased: join(directory, 'rephrased.jsonl'),
  /** Rejected ones beside their sources, to be read. */
  rejects: join(directory, 'rejects.jsonl'),
  summary: join(directory, 'summary.json'),
  /** For `tsukimi pretrain`. */
  config: join(directory, 'data.yaml'),
})

export interface RephraseCounts {
  readonly accepted: number
  readonly rejected: number
  /** Tokens of what was accepted, as the run counts them. */
  readonly tokens: number
  /** Rejections by reason, the most frequent first. */
  readonly reasons: Readonly<Record<string, number>>
  /** By way: rewritings, and how many of them were accepted. */
  readonly ways: Readonly<Record<string, { readonly made: number; readonly accepted: number }>>
}

const line = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`)

const byCount = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)))

export interface WriteRephrasedOptions {
  readonly directory: string
  /** Key of the text in the lines, as in the source. */
  readonly textField: string
  /** Tokens of a text. */
  readonly count: (text: string) => number
}

/** Writes rewritings as they come: both files are there in the end, or neither is touched. */
export async function writeRephrased(
  rewritings: AsyncIterable<Rephrased>,
  { directory, textField, count }: WriteRephrasedOptions,
): Promise<RephraseCounts> {
  const files = rephraseFiles(directory)
  const reasons = new Map<string, number>()
  const ways = new Map<string, { made: number; accepted: number }>()
  const totals = { accepted: 0, rejected: 0, tokens: 0 }

  async function write(kept: FileHandle, rejects: FileHandle): Promise<void> {
    for await (const { source, excerpt, way, text, result } of rewritings) {
      const origin = { source, excerpt, way }
      const counted = ways.get(way) ?? { made: 0, accepted: 0 }
      ways.set(way, counted)
      counted.made++
      if (result.status === 'accepted') {
        counted.accepted++
        totals.accepted++
        totals.tokens += count(result.text)
        await writeFully(kept, line({ ...origin, [textField]: result.text }))
        continue
      }
      const { reason, problems, text: rewritten } = result
      totals.rejected++
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      await writeFully(rejects, line({ ...origin, reason, problems, text, rewritten }))
    }
  }

  await writeFileAtomic(files.rephrased, (kept) =>
    writeFileAtomic(files.rejects, (rejects) => write(kept, rejects)),
  )
  const names = [...ways].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { ...totals, reasons: byCount(reasons), ways: Object.fromEntries(names) }
}
