import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { textDigest } from '../files/digest.ts'
import type { Database } from './database.ts'
import type { JobParts } from './job-parts.ts'
import { type ObjectStore, openObjectStore } from './object-store.ts'
import { openPglite } from './pglite-database.ts'
import { type Lease, openQueue, type Queue } from './queue.ts'
import type { Stage } from './stage.ts'
import { attemptUnit } from './unit-attempt.ts'
import { unitKey } from './unit-key.ts'
import { openUnitTable } from './unit-table.ts'
import { createWaiters, type UnitEnd } from './waiters.ts'
import { startWorker } from './worker.ts'

const directory = mkdtempSync(join(tmpdir(), 'queue-'))
const schema = 'tsukimi_test'
const stage: Stage<number, number> = {
  name: 'double',
  version: '1',
  maxAttempts: 2,
  run: async (n) => 2 * n,
}
let database: Database
let store: ObjectStore
let queue: Queue

const open = async (): Promise<void> => {
  queue = await openQueue(database, schema, 30)
  await queue.ensure('double')
}
const take = async (): Promise<Lease> => {
  await database.executeSql(`UPDATE ${schema}.job SET start_after = now() - interval '1 minute'`)
  const [lease] = await queue.take('double', 1)
  return lease!
}
/** As when the process that has taken the unit is killed. */
const takeAndLose = async (): Promise<void> => {
  await take()
  await queue.stop()
  await open()
}
const ended = async (lease: Lease): Promise<unknown> =>
  (await attemptUnit({ store } as JobParts, stage, lease, new AbortController().signal))?.end

beforeAll(async () => {
  store = await openObjectStore(directory)
  database = await openPglite(directory)
  await open()
}, 120_000)
afterAll(async () => {
  await queue.stop()
  await database[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

it('counts lost leases apart from attempts that failed', { timeout: 120_000 }, async () => {
  const input = await store.put('21')
  await queue.add('double', [{ key: unitKey(stage, textDigest('21')), input }])
  for (let i = 0; i < 5; i++) await takeAndLose()
  const sixth = await take()
  expect(sixth).toMatchObject({ attempt: 1, lost: 5 })
  expect(await ended(sixth)).toMatchObject({ text: '42' })

  await queue.postpone('double', [sixth])
  await takeAndLose()
  const second = await take()
  expect(second).toMatchObject({ attempt: 2, lost: 6 })
  await queue.release('double', [second])
  const same = await take()
  expect(same).toMatchObject({ attempt: 2, lost: 6 })
  // A lease that is lost counts nothing more.
  await queue.postpone('double', [sixth])
  await queue.release('double', [same])
  expect(await take()).toMatchObject({ attempt: 2, lost: 6 })

  expect(await ended({ ...same, lost: 19 })).toMatchObject({ text: '42' })
  expect(await ended({ ...same, lost: 20 })).toEqual({
    error: '20 processes that had taken it ended before it did',
  })
})

it('lets a worker go on with a unit that comes back to it after its lease was lost', async () => {
  const signals: AbortSignal[] = []
  const slow: Stage<number, number> = {
    name: 'slow',
    version: '1',
    run: (n, { signal }) => {
      signals.push(signal)
      if (signals.length > 1) return Promise.resolve(2 * n)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  await queue.ensure('slow')
  const table = await openUnitTable(database, schema)
  await table.ensure('slow', 'slow', '1')
  const waiters = createWaiters()
  const key = unitKey(slow, textDigest('4'))
  const end = new Promise<UnitEnd>((resolve) => waiters.wait(key, resolve))
  await queue.add('slow', [{ key, input: await store.put('4') }])
  const worker = startWorker({ database, store, queue, table, waiters }, slow, 'slow')
  await expect.poll(() => signals.length).toBe(1)
  // As the watch does it when no sign of life has come for too long.
  await database.executeSql(
    `UPDATE ${schema}.job SET state = 'retry', retry_count = retry_count + 1, start_after = now() WHERE name = 'slow'`,
  )
  expect(await Promise.race([end, worker.failure])).toMatchObject({ key, text: '8' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  await worker.stop()
})
