import type { JobParts } from './job-parts.ts'
import { createLeaseSet } from './lease-set.ts'
import type { Lease } from './queue.ts'
import { createSettler } from './settler.ts'
import type { AnyStage } from './stage.ts'
import { attemptUnit } from './unit-attempt.ts'
import { createWake } from './wake.ts'

/** Works on the units of one stage in this process. */
export interface Worker {
  /** Units being worked on. */
  readonly active: number
  /** Says that there are new units. */
  wake(): void
  /** Stops what is being worked on and gives its units back. */
  stop(): Promise<void>
  /** Resolves with the error after which database or store can be used no more. */
  readonly failure: Promise<unknown>
}

export interface WorkerOptions {
  readonly concurrency?: number | undefined
  readonly onUnit?: ((unit: { stage: string; key: string; ok: boolean }) => void) | undefined
}

const usualConcurrency = 4
/** Most units taken from the queue at once. */
const largestTake = 256
/** Units are taken for this time ahead, in milliseconds: few of slow ones, many of fast ones. */
const takeAhead = 400
/** Pause before an empty queue is asked again, in milliseconds. */
const askAgain = 500

export function startWorker(
  parts: JobParts,
  stage: AnyStage,
  queue: string,
  { concurrency = stage.concurrency ?? usualConcurrency, onUnit }: WorkerOptions = {},
): Worker {
  const held = createLeaseSet(parts.queue, queue)
  const taken: Lease[] = []
  let active = 0
  let stopping = false
  /** Mean time of an attempt, in milliseconds; slow until known better. */
  let usualTime = takeAhead
  const room = createWake()
  const news = createWake()
  const { promise: failure, resolve: fail } = Promise.withResolvers<unknown>()
  const settler = createSettler(parts, queue, held.drop)

  const takeLoop = async (): Promise<void> => {
    while (!stopping) {
      const ahead = Math.max(concurrency, Math.min(largestTake, (concurrency * takeAhead) / usualTime))
      const free = Math.floor(ahead - taken.length - active)
      if (free <= 0 || (taken.length > 0 && free < ahead / 2)) {
        await room.wait()
        continue
      }
      const leases = await parts.queue.take(queue, free)
      held.add(leases)
      const ended = await endedAlready(parts, queue, leases)
      held.drop(leases.filter(({ key }) => ended.has(key)))
      taken.push(...leases.filter(({ key }) => !ended.has(key)))
      start()
      if (leases.length === 0) await news.wait(askAgain)
    }
  }

  const start = (): void => {
    while (active < concurrency && taken.length > 0 && !stopping) {
      active++
      work(taken.shift()!)
        .catch(fail)
        .finally(() => {
          active--
          start()
          room.ring()
        })
    }
  }

  const work = async (lease: Lease): Promise<void> => {
    const began = performance.now()
    const done = await attemptUnit(parts, stage, lease, held.signal(lease))
    usualTime = 0.9 * usualTime + 0.1 * Math.max(0.05, performance.now() - began)
    if (done === undefined) {
      if (!stopping) held.drop([lease])
      return
    }
    settler.add(done).catch(fail)
    if (done.end !== 'again') onUnit?.({ stage: stage.name, key: lease.key, ok: !('error' in done.end) })
  }

  const loop = takeLoop().catch(fail)
  return {
    get active() {
      return active
    },
    failure,
    wake: news.ring,
    async stop() {
      stopping = true
      room.ring()
      news.ring()
      await loop
      held.abort()
      while (active > 0) await room.wait()
      try {
        await settler.drain()
      } finally {
        await held.release()
      }
    },
  }
}

/**
 * A unit may come to its end between another's look at the table and its way into the queue; it is not run again.
 *
 * @returns the keys of those that have ended; they are out of the queue
 */
async function endedAlready(
  parts: JobParts,
  queue: string,
  leases: readonly Lease[],
): Promise<ReadonlySet<string>> {
  if (leases.length === 0) return new Set()
  const ended = await parts.table.find(leases.map(({ key }) => key))
  await parts.queue.remove(
    queue,
    leases.filter(({ key }) => ended.has(key)),
  )
  for (const end of ended.values()) parts.waiters.tell(end)
  return new Set(ended.keys())
}
