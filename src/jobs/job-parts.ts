import type { Database } from './database.ts'
import type { ObjectStore } from './object-store.ts'
import type { Queue } from './queue.ts'
import type { UnitTable } from './unit-table.ts'
import type { Waiters } from './waiters.ts'

/** What running and working share. */
export interface JobParts {
  readonly database: Database
  readonly queue: Queue
  readonly table: UnitTable
  readonly store: ObjectStore
  readonly waiters: Waiters
}
