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
 * The embedded Postgres of a directory, made where there is none. It belongs to one process
 * at a time.
 *
 * @throws UserError naming the process that has it
 */
export async function openPglite(directory: string): Promise<Database> {
  const path = join(directory, 'db')
  const lockFile = join(directory, 'lock')
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw fileError(error, 'write', directory)
  })
  const lock = await takeLock(lockFile)
  if ('heldBy' in lock) throw inUse(directory, lockFile, lock.heldBy)
  let pglite: PGlite
  try {
    await newDatabase(path)
    pglite = await PGlite.create(path)
  } catch (error) {
    await lock.release()
    throw fileError(error, 'open', path)
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

const inUse = (directory: string, lockFile: string, { pid, host }: { pid: number; host: string }): Error =>
  new DirectoryInUse(
    `${directory}: process ${pid} on ${host} is using its embedded database, which serves one process at a time; ` +
      `for several, give all of them a Postgres server in DATABASE_URL (if that process is gone, remove ${lockFile})`,
  )
