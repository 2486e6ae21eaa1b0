import { addCosts, noCost } from './cost.ts'
import type { JobParts } from './job-parts.ts'
import type { Lease } from './queue.ts'
import type { JobCost } from './stage.ts'
import type { EndedUnit } from './unit-table.ts'
import type { UnitEnd } from './waiters.ts'

/** An attempt that is over: with a result in the store, with a death, or to be made again. */
export interface SettledAttempt {
  readonly lease: Lease
  readonly cost: JobCost
  readonly end: { readonly output: string; readonly text: string } | { readonly error: string } | 'again'
}

/**
 * Writes attempts of one queue down, all in one transaction: what has ended is in the table and out of the queue, the
 * rest waits for another attempt. Those whose end is now in the table are told to who waits for them.
 */
export async function settle(
  parts: JobParts,
  queue: string,
  attempts: readonly SettledAttempt[],
): Promise<void> {
  const ended: { readonly unit: EndedUnit; readonly text?: string }[] = []
  const again: Lease[] = []
  let cost = noCost
  for (const { lease, end, cost: one } of attempts) {
    cost = addCosts(cost, one)
    if (end === 'again') {
      again.push(lease)
      continue
    }
    const { key, input, attempt } = lease
    const base = { key, queue, input, attempts: attempt, cost: one }
    if ('error' in end) ended.push({ unit: { ...base, end: { error: end.error } } })
    else ended.push({ unit: { ...base, end: { output: end.output } }, text: end.text })
  }
  const leases = attempts.filter(({ end }) => end !== 'again').map(({ lease }) => lease)
  const written = await parts.database.transaction(async (db) => {
    const keys = await parts.table.add(
      queue,
      ended.map(({ unit }) => unit),
      { attempts: attempts.length, cost },
      db,
    )
    await parts.queue.remove(queue, leases, db)
    await parts.queue.postpone(queue, again, db)
    return keys
  })
  for (const { unit, text } of ended) {
    if (!written.has(unit.key)) continue
    const end: UnitEnd = text === undefined ? unit : { ...unit, text }
    parts.waiters.tell(end)
  }
}
