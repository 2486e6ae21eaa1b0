import { UserError } from '../user-error.ts'
import type { Database } from './database.ts'
import { DamagedDatabase } from './pglite-database.ts'

/** Codes by which Postgres refuses to let us make our tables, and what to do. */
const remedies: Readonly<Record<string, string>> = {
  '42501':
    'each store has a schema of its own there: let the user make one (GRANT CREATE ON DATABASE ... TO ...), ' +
    'and let the same user open what it has made',
  '25006': 'it takes no changes: give the address of the primary server in DATABASE_URL',
}

/** Codes of tables and indexes that cannot be read: damaged, or without their file. */
const damage = new Set(['XX001', 'XX002', '58P01'])

/** A refusal at the opening of queue and tables as an error for the user; what is none comes back unchanged. */
export function databaseRefusal(error: unknown, { backend, name }: Database): unknown {
  if (!(error instanceof Error)) return error
  const { code = '' } = error as { code?: string }
  if (backend === 'pglite' && damage.has(code)) return new DamagedDatabase(name, error)
  const remedy = remedies[code]
  return remedy === undefined
    ? error
    : new UserError(`${name}: ${error.message}; ${remedy}`, { cause: error })
}
