import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryName } from '../files/atomic-file.ts'
import { textDigest } from '../files/digest.ts'
import { fileError, fileErrorCode } from '../files/file-errors.ts'
import { UserError } from '../user-error.ts'

/**
 * Texts by their SHA-256, each a file `objects/ab/cdef….json`. A file has its name only when it is whole. It isn't
 * forced to the disk: what a power cut leaves broken does not have its digest any more, and counts as missing.
 */
export interface ObjectStore {
  readonly directory: string
  /** The same for every process that uses this store, wherever it is mounted. */
  readonly id: string
  /** Keeps a text. @returns its digest  @throws UserError where the file system refuses, a full disk included */
  put(text: string): Promise<string>
  /** The text with a digest; undefined where it is missing or broken. */
  get(digest: string): Promise<string | undefined>
}

/** Whether a store was ever opened in a directory. */
export const holdsStore = (directory: string): boolean => existsSync(join(directory, 'store.json'))

/** Hours after which a temporary file is nobody's any more. */
const abandonedAfter = 1

export async function openObjectStore(directory: string): Promise<ObjectStore> {
  const temporary = join(directory, 'tmp')
  try {
    await mkdir(temporary, { recursive: true })
    await removeAbandoned(temporary)
  } catch (error) {
    throw fileError(error, 'write', directory)
  }
  const id = await storeId(directory, temporary)
  const pathOf = (digest: string): string =>
    join(directory, 'objects', digest.slice(0, 2), `${digest.slice(2)}.json`)
  const made = new Set<string>()
  const recent = createRecentTexts()

  return {
    directory,
    id,
    async put(text) {
      const digest = textDigest(text)
      const path = pathOf(digest)
      const folder = digest.slice(0, 2)
      if (!made.has(folder)) {
        await mkdir(join(directory, 'objects', folder), { recursive: true }).catch((error) => {
          throw fileError(error, 'write', path)
        })
        made.add(folder)
      }
      await writeWhole(path, join(temporary, temporaryName(digest.slice(0, 12))), text)
      recent.set(digest, text)
      return digest
    },
    async get(digest) {
      const known = recent.get(digest)
      if (known !== undefined) return known
      const path = pathOf(digest)
      const text = await readIfThere(path)
      if (text === undefined || textDigest(text) === digest) return text
      await rm(path, { force: true })
      return undefined
    },
  }
}

async function writeWhole(path: string, temporary: string, text: string): Promise<void> {
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(error, 'write', path)
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw fileError(error, 'read', path)
  }
}

/** Reads the store's id, or gives it one; of several processes that do so at once one wins. */
async function storeId(directory: string, temporary: string): Promise<string> {
  const path = join(directory, 'store.json')
  const text = (await readIfThere(path)) ?? (await nameStore(path, temporary))
  const id = /"id":"([0-9a-f]{12})"/.exec(text)?.[1]
  if (id === undefined) throw new UserError(`${path}: expected the id of a store, got ${text.slice(0, 60)}`)
  return id
}

async function nameStore(path: string, temporary: string): Promise<string> {
  const draft = join(temporary, temporaryName('store'))
  try {
    await writeFile(draft, `{"id":"${randomUUID().replaceAll('-', '').slice(0, 12)}"}\n`, { flag: 'wx' })
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } catch (error) {
    throw fileError(error, 'write', path)
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

/** Takes away what killed processes were writing. */
async function removeAbandoned(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name)
    const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (written < Date.now() - abandonedAfter * 3_600_000) await rm(path, { force: true })
  }
}

/** Characters of texts that are kept in memory: what is written is often read soon after, in the same process. */
const recentCharacters = 8_000_000

function createRecentTexts() {
  const texts = new Map<string, string>()
  let characters = 0
  return {
    get: (digest: string): string | undefined => texts.get(digest),
    set(digest: string, text: string): void {
      if (texts.has(digest)) return
      texts.set(digest, text)
      characters += text.length
      for (const [oldest, { length }] of texts) {
        if (characters <= recentCharacters) return
        texts.delete(oldest)
        characters -= length
      }
    },
  }
}
