import { randomUUID } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { cacheDirectory } from '../cache-directory.ts'
import { syncTree } from '../files/sync-tree.ts'

/** A database of one version of PGlite is no database of another. */
async function packageVersion(): Promise<string> {
  const main = fileURLToPath(import.meta.resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(await readFile(join(dirname(main), '..', 'package.json'), 'utf8'))
  return version as string
}

/** A database that was just made, for copies. @throws what the file system refuses */
async function template(): Promise<string> {
  const path = cacheDirectory(`pglite-${await packageVersion()}`)
  if (!existsSync(path)) {
    await mkdir(dirname(path), { recursive: true })
    await made(path, `${path}.${randomUUID()}`, async (parts) => {
      await initialise(parts)
      await syncTree(parts)
    })
  }
  return path
}

/** Puts an empty database under a path. Under that name there is only ever a whole one, whoever is killed when. */
async function made(path: string, parts: string, make: (parts: string) => Promise<void>): Promise<void> {
  await rm(parts, { recursive: true, force: true })
  await make(parts)
  await rename(parts, path).catch(async (error) => {
    await rm(parts, { recursive: true, force: true })
    // Another process was quicker.
    if (!existsSync(path)) throw error
  })
}

async function initialise(path: string): Promise<void> {
  const database = await PGlite.create(path)
  await database.close()
}

/**
 * Makes an empty database where there is none. The first one takes some seconds and is kept in the user's cache, of
 * which all later ones are copies; a cache that cannot be written to only costs the seconds.
 */
export async function newDatabase(path: string): Promise<void> {
  const parts = `${path}.new`
  if (existsSync(path)) return rm(parts, { recursive: true, force: true })
  await made(path, parts, async () => {
    try {
      await cp(await template(), parts, { recursive: true, mode: constants.COPYFILE_FICLONE })
    } catch {
      await rm(parts, { recursive: true, force: true })
      await initialise(parts)
    }
  })
}
