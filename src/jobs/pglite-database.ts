import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { fromPglite } from 'pg-boss'
import { fileError } from '../files/file-errors.ts'
import { UserError } from '../user-error.ts'
import type { Database } from './database.ts'
import { takeLock } from './directory-lock.ts'
import { newDatabase } from './new-database.ts'

/**
 * The embedded Postgres of a directory, made where there is none. It belongs to one process at a time.
 *
 * @throws UserError naming the process that has it, or the directory where it cannot be read
 */
export async function openPglite(directory: string): Promise<Database> {
  const path = join(directory, 'db')
  const lockFile = join(directory, 'lock')
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw fileError(error, 'write', directory)
  })
  const lock = await takeLock(lockFile)
  if ('heldBy' in lock) throw inUse(directory, lockFile, lock.heldBy)
  const wasThere = existsSync(path)
  let pglite: PGlite
  try {
    await newDatabase(path)
    pglite = await PGlite.create(path)
  } catch (error) {
    await lock.release()
    const known = fileError(error, 'open', path)
    throw known instanceof UserError || !wasThere ? known : new DamagedDatabase(path, error)
  }
  return {
    ...fromPglite(pglite),
    backend: 'pglite',
    name: path,
    transaction: (statements) =>
      pglite.transaction((tx) =>
        statements({
          executeSql: (text, values) => tx.query(text, values),
        }),
      ),
    async [Symbol.asyncDispose]() {
      await pglite.close()
      await lock.release()
    },
  }
}

/** The embedded database of this directory belongs to another process. */
export class DirectoryInUse extends UserError {
  override name = 'DirectoryInUse'
}

/** The embedded database of this directory cannot be read. */
export class DamagedDatabase extends UserError {
  override name = 'DamagedDatabase'

  constructor(path: string, cause: unknown) {
    super(
      `${path}: this embedded database is damaged, or was made by another version of PGlite; put back a copy of it, ` +
        `or remove it to begin with an empty one: what units are done or dead, and what they cost, is lost with it ` +
        'and they run again, while the results in the store and the files of the run stay',
      { cause },
    )
  }
}

const inUse = (directory: string, lockFile: string, { pid, host }: { pid: number; host: string }): Error =>
  new DirectoryInUse(
    `${directory}: process ${pid} on ${host} is using its embedded database, which serves one process at a time; ` +
      `for several, give all of them a Postgres server in DATABASE_URL (if that process is gone, remove ${lockFile})`,
  )
