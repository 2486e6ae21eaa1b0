import { join } from 'node:path'
import type { Database } from './database.ts'
import { databaseRefusal } from './database-refusal.ts'
import type { JobParts } from './job-parts.ts'
import { openObjectStore } from './object-store.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import { openQueue } from './queue.ts'
import { type Lend, runStage } from './run-stage.ts'
import type { AnyStage, Jobs, WorkOptions } from './stage.ts'
import { keepSnapshot } from './status-snapshot.ts'
import { queueOf } from './unit-key.ts'
import { openUnitTable } from './unit-table.ts'
import { createWaiters } from './waiters.ts'
import { startWorker, type Worker } from './worker.ts'

export interface JobsOptions {
  /** Of the run; what is ours is in `.jobs` there. */
  readonly directory: string
  /** Of a Postgres server; otherwise DATABASE_URL of the environment, and without that a Postgres embedded here. */
  readonly databaseUrl?: string | undefined
  /**
   * Directory of results, which all processes on one database share; otherwise TSUKIMI_STORE of the environment, and
   * without that `.jobs` of the run.
   */
  readonly store?: string | undefined
  /** Seconds after which a unit whose worker gives no sign of life is free for others; at least 10. */
  readonly leaseSeconds?: number
  /** Seconds for which a server that has gone is waited for. */
  readonly patience?: number
}

export const jobsDirectory = (run: string): string => join(run, '.jobs')

/** Where the results of a run are kept. */
export const storeDirectory = ({ directory, store }: Pick<JobsOptions, 'directory' | 'store'>): string =>
  store ?? (process.env.TSUKIMI_STORE || jobsDirectory(directory))

/**
 * Opens the durable work of a run: its queue and table in the schema of its store, so that runs share a server without
 * knowing of each other, and runs that share a store share results.
 *
 * @throws UserError where the database cannot be reached or lets us make no tables, or is embedded and another process has it
 */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const directory = jobsDirectory(options.directory)
  const url = options.databaseUrl ?? process.env.DATABASE_URL ?? ''
  const store = await openObjectStore(storeDirectory(options))
  const database = url === '' ? await openPglite(directory) : await openPostgres(url, options)
  try {
    return await jobsOn(database, { ...options, directory }, store)
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw databaseRefusal(error, database)
  }
}

async function jobsOn(
  database: Database,
  { leaseSeconds = 30, directory }: JobsOptions,
  store: JobParts['store'],
): Promise<Jobs> {
  const schema = `tsukimi_${store.id}`
  const queue = await openQueue(database, schema, leaseSeconds)
  const table = await openUnitTable(database, schema)
  const parts: JobParts = { database, queue, table, store, waiters: createWaiters() }
  const workers = createWorkers(parts)
  const stopSnapshot = database.backend === 'pglite' ? keepSnapshot(directory, table.status) : undefined

  return {
    database: database.name,
    store: store.directory,
    run: (stage, inputs, options = {}) => runStage(parts, stage, inputs, options, workers.lend(stage)),
    work: (stages, options = {}) => work(parts, stages, options),
    status: table.status,
    dead: table.dead,
    retryDead: () =>
      database.transaction(async (db) => {
        const units = await table.takeDead(db)
        for (const [name, group] of Map.groupBy(units, (unit) => unit.queue))
          await queue.add(
            name,
            group.map(({ key, input }) => ({ key, input })),
            db,
          )
        return units.length
      }),
    async [Symbol.asyncDispose]() {
      await workers.stop()
      await stopSnapshot?.()
      await queue.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** One worker for each queue in this process, for as long as a run needs it. */
function createWorkers(parts: JobParts) {
  const workers = new Map<string, { readonly worker: Worker; runs: number }>()
  return {
    lend:
      (stage: AnyStage): Lend =>
      (concurrency) => {
        const queue = queueOf(stage)
        const entry = workers.get(queue) ?? {
          worker: startWorker(parts, stage, queue, { concurrency }),
          runs: 0,
        }
        workers.set(queue, entry)
        entry.runs++
        return {
          worker: entry.worker,
          async giveBack() {
            if (--entry.runs > 0) return
            workers.delete(queue)
            await entry.worker.stop()
          },
        }
      },
    async stop() {
      for (const { worker } of workers.values()) await worker.stop()
    },
  }
}

async function work(parts: JobParts, stages: Iterable<AnyStage>, options: WorkOptions): Promise<void> {
  const { signal, concurrency, onUnit } = options
  const workers: Worker[] = []
  try {
    for (const stage of stages) {
      const queue = queueOf(stage)
      await parts.table.ensure(queue, stage.name, stage.version)
      await parts.queue.ensure(queue)
      workers.push(startWorker(parts, stage, queue, { concurrency, onUnit }))
    }
    const stopped = new Promise<undefined>((resolve) => {
      if (signal?.aborted) resolve(undefined)
      signal?.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    const failures = workers.map(({ failure }) => failure.then((error) => ({ error })))
    const failed = await Promise.race([stopped, ...failures])
    if (failed !== undefined) throw failed.error
  } finally {
    for (const worker of workers) await worker.stop()
  }
}
