import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A database of one version of PGlite is no database of another. */
async function packageVersion(): Promise<string> {
  const main = fileURLToPath(import.meta.resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(await readFile(join(dirname(main), '..', 'package.json'), 'utf8'))
  return version as string
}

/** `$XDG_CACHE_HOME/tsukimi/pglite-<version>`, else under `~/.cache`. */
async function templatePath(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'tsukimi', `pglite-${await packageVersion()}`)
}

/** Puts an empty database under a path. Under that name there is only ever a whole one, whoever is killed when. */
async function made(path: string, parts: string, make: (parts: string) => Promise<void>): Promise<void> {
  await rm(parts, { recursive: true, force: true })
  await make(parts)
  await rename(parts, path).catch(async (error) => {
    await rm(parts, { recursive: true, force: true })
    // Another process was quicker.
    if (!(await exists(path))) throw error
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
  if (await exists(path)) return rm(parts, { recursive: true, force: true })
  await made(path, parts, async () => {
    const template = await templatePath()
    try {
      if (!(await exists(template))) {
        await mkdir(dirname(template), { recursive: true })
        await made(template, `${template}.${randomUUID()}`, initialise)
      }
      await cp(template, parts, { recursive: true, mode: constants.COPYFILE_FICLONE })
    } catch {
      await rm(parts, { recursive: true, force: true })
      await initialise(parts)
    }
  })
}
