import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '../../cache-directory.ts'
import { withoutLocations } from '../../lower/stablehlo/location.ts'

/** First bytes of an entry; then the SHA-256 of what follows. */
const MAGIC = Buffer.from('tsukimi-xla-1\n')
const DIGEST_BYTES = 32

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** `$XDG_CACHE_HOME/tsukimi/xla`, else `~/.cache/tsukimi/xla`. */
export const defaultCacheDirectory = (): string => cacheDirectory('xla')

/** A name for everything that a compiled program depends on. */
function cacheKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}

/** A name for a module and what else decides; modules whose source lines moved are one. */
export const programKey = (text: string, parts: readonly (string | Uint8Array)[]): string =>
  cacheKey([withoutLocations(text), ...parts])

/** The payload of an entry; undefined if there is none or it is damaged. */
export async function readEntry(directory: string, key: string): Promise<Uint8Array | undefined> {
  const file = await readFile(join(directory, key)).catch(() => undefined)
  if (file === undefined || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const payload = file.subarray(MAGIC.length + DIGEST_BYTES)
  return sha256(payload).equals(file.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES))
    ? payload
    : undefined
}

/** Writes an entry whole or not at all. A cache that cannot be written to is as good as none. */
export async function writeEntry(directory: string, key: string, payload: Uint8Array): Promise<void> {
  const temporary = join(directory, `.tmp-${key}-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(temporary, Buffer.concat([MAGIC, sha256(payload), payload]), { flag: 'wx' })
    await rename(temporary, join(directory, key))
  } catch {
    await rm(temporary, { force: true }).catch(() => {})
  }
}
