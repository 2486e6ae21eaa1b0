import { type Db, type Job, PgBoss } from 'pg-boss'
import type { Database } from './database.ts'
import { jobIdOf } from './unit-key.ts'

/** What the queue carries of a unit: names alone. */
export interface QueuedUnit {
  readonly key: string
  /** Digest of the input in the store. */
  readonly input: string
  /** Times that the unit was taken before it was last put into the queue. */
  readonly before?: number
  /** Attempts that ended in an error. */
  readonly failed?: number
}

/** A unit that this process works on, until it is settled or the lease is lost. */
export interface Lease extends QueuedUnit {
  readonly id: string
  /** Names the lease beside the id: a later one of the same unit has another. */
  readonly retryCount: number
  /** 1 for the first; those that were cut off by the end of their process are not counted. */
  readonly attempt: number
  /** Earlier leases of the unit whose process ended, whether it had begun with the unit or not. */
  readonly lost: number
}

export interface Queue {
  readonly schema: string
  ensure(queue: string): Promise<void>
  /** Queues those units that are not queued already. */
  add(queue: string, units: readonly QueuedUnit[], db?: Db): Promise<void>
  take(queue: string, count: number): Promise<readonly Lease[]>
  /** Takes units out of the queue where the lease still holds. */
  remove(queue: string, leases: readonly Lease[], db?: Db): Promise<void>
  /** Puts units back for a later attempt, after a pause that doubles with each. */
  postpone(queue: string, leases: readonly Lease[], db?: Db): Promise<void>
  /** Gives units back as if they had not been taken. */
  release(queue: string, leases: readonly Lease[]): Promise<void>
  /** Lengthens leases. @returns the ids of those that still hold */
  hold(queue: string, leases: readonly Lease[]): Promise<ReadonlySet<string>>
  stop(): Promise<void>
}

/** Attempts are counted here, not by pg-boss, which is to drop no unit by itself. */
const noLimit = 1_000_000
/** Longest pause before another attempt, in seconds. */
const longestPause = 60
/** What pg-boss allows a job to be active for, in seconds; the heartbeat tells lost ones sooner. */
const longestAttempt = 24 * 3600 - 1
const year = 365 * 24 * 3600

/**
 * pg-boss on a database, in a schema of its own.
 *
 * @param leaseSeconds after which a unit whose worker gives no sign is free again; at least 10
 */
export async function openQueue(database: Database, schema: string, leaseSeconds: number): Promise<Queue> {
  const server = database.backend === 'postgres'
  const boss = new PgBoss({
    db: database,
    backend: database.backend,
    schema,
    // Several processes share a server and watch each other's leases; an embedded database has one.
    supervise: server,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    schedule: false,
    registerInstance: false,
    monitorVacuum: false,
    reindex: false,
    openTelemetry: { enabled: false },
  })
  // The watch goes on with its next round; what we ask ourselves fails where we ask it.
  boss.on('error', () => {})
  boss.on('warning', () => {})
  await boss.start()
  if (!server) await freeAll(database, schema)
  const known = new Set<string>()
  const touched = async (queue: string, leases: readonly Lease[]): Promise<number> =>
    // pg-boss documents the number of jobs that a command found, and does not declare it.
    ((await boss.touch(queue, attempts(leases))) as { affected: number }).affected
  const add = async (queue: string, units: readonly QueuedUnit[], db: Db = database): Promise<void> => {
    const jobs = units.map((data) => ({ id: jobIdOf(data.key), data }))
    await boss.insert(queue, jobs, { db })
  }

  return {
    schema,
    async ensure(queue) {
      if (known.has(queue)) return
      await boss.createQueue(queue, {
        retryLimit: noLimit,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: longestPause,
        expireInSeconds: longestAttempt,
        retentionSeconds: year,
        ...(server && { heartbeatSeconds: leaseSeconds }),
      })
      known.add(queue)
    },
    add,
    async take(queue, count) {
      const jobs: Job<QueuedUnit>[] = await boss.fetch<QueuedUnit>(queue, { batchSize: count })
      return jobs.map(({ id, retryCount, data }) => {
        const { before = 0, failed = 0 } = data
        return { ...data, id, retryCount, attempt: failed + 1, lost: before + retryCount - failed }
      })
    },
    async remove(queue, leases, db = database) {
      if (leases.length > 0) await boss.deleteJob(queue, attempts(leases), { db })
    },
    async postpone(queue, leases, db = database) {
      if (leases.length === 0) return
      await db.executeSql(countFailures(schema), [queue, JSON.stringify(leases)])
      await boss.fail(queue, attempts(leases), null, { db })
    },
    async release(queue, leases) {
      if (leases.length === 0) return
      const units = leases.map(({ key, input, attempt, lost }) => {
        const failed = attempt - 1
        return { key, input, before: failed + lost, failed }
      })
      // Those whose lease is lost are in the queue as others have them, and stay so.
      await database.transaction(async (db) => {
        await boss.deleteJob(queue, attempts(leases), { db })
        await add(queue, units, db)
      })
    },
    async hold(queue, leases) {
      const all = new Set(leases.map(({ id }) => id))
      if (!server) return all
      if ((await touched(queue, leases)) === leases.length) return all
      for (const lease of leases) if ((await touched(queue, [lease])) === 0) all.delete(lease.id)
      return all
    },
    stop: () => boss.stop({ graceful: false }),
  }
}

const attempts = (leases: readonly Lease[]): { id: string; retryCount: number }[] =>
  leases.map(({ id, retryCount }) => ({ id, retryCount }))

/** Notes in the jobs of leases that still hold that one more attempt has failed. */
const countFailures = (schema: string): string => `
  UPDATE ${schema}.job SET data = job.data || jsonb_build_object('failed', lease.attempt)
  FROM json_to_recordset($2::text::json) AS lease (id uuid, "retryCount" int, attempt int)
  WHERE job.name = $1 AND job.id = lease.id AND job.retry_count = lease."retryCount" AND job.state = 'active'`

/** What an earlier process left active in an embedded database: it is gone, and its lease with it. */
const freeAll = (database: Database, schema: string): Promise<unknown> =>
  database.executeSql(`UPDATE ${schema}.job SET state = 'retry', heartbeat_on = NULL WHERE state = 'active'`)
