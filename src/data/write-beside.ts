import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileError } from '../files/file-errors.ts'

const DAY_MS = 24 * 3600 * 1000

const removeAbandoned = async (cacheDirectory: string): Promise<void> => {
  for (const name of await readdir(cacheDirectory)) {
    if (!name.includes('.partial-')) continue
    const path = join(cacheDirectory, name)
    const info = await stat(path).catch(() => undefined)
    if (info && Date.now() - info.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Makes a directory under another name beside its place, and renames it there when it is whole. Where another process
 * was faster, its directory stays: both hold the same.
 *
 * @throws UserError for a full or read-only disk
 */
export const writeBeside = async (
  directory: string,
  write: (partial: string) => Promise<void>,
): Promise<void> => {
  const partial = `${directory}.partial-${randomUUID()}`
  try {
    await mkdir(partial, { recursive: true })
  } catch (error) {
    throw fileError(error, 'write', partial)
  }
  try {
    await removeAbandoned(dirname(directory))
    await write(partial)
    await rename(partial, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error
    })
  } catch (error) {
    throw fileError(error, 'write', (error as NodeJS.ErrnoException).path ?? partial)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}
