import { setTimeout as sleep } from 'node:timers/promises'
import type { JobParts } from './job-parts.ts'
import type { Lease } from './queue.ts'
import { type SettledAttempt, settle } from './settle.ts'

/** Brings attempts of one queue to the database, many in one transaction. */
export interface Settler {
  /** Resolves when the attempt is settled. @throws UserError where the database can be used no more */
  add(attempt: SettledAttempt): Promise<void>
  /** Settles what is waiting. */
  drain(): Promise<void>
}

/** Transactions take at most this part of the time, so that many attempts share one. */
const share = 0.25
/** Longest wait for more attempts, in milliseconds. */
const longestWait = 250

/** @param settled is told the leases that have ended */
export function createSettler(
  parts: JobParts,
  queue: string,
  settled: (leases: readonly Lease[]) => void,
): Settler {
  let waiting: SettledAttempt[] = []
  let running: Promise<void> | undefined
  let pause = 0
  const run = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        await sleep(pause)
        const batch = waiting
        waiting = []
        const began = performance.now()
        await settle(parts, queue, batch)
        pause = Math.min(longestWait, (performance.now() - began) * (1 / share - 1))
        settled(batch.map(({ lease }) => lease))
      }
    } finally {
      // In the same step as the last look at what is waiting: whoever comes later begins another run.
      running = undefined
    }
  }
  const drain = async (): Promise<void> => {
    if (running === undefined && waiting.length > 0) running = run()
    await running
  }
  return {
    add(attempt) {
      waiting.push(attempt)
      return drain()
    },
    drain,
  }
}
