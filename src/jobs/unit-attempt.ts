import { attempt } from './attempt.ts'
import { noCost } from './cost.ts'
import type { JobParts } from './job-parts.ts'
import type { Lease } from './queue.ts'
import type { SettledAttempt } from './settle.ts'
import type { AnyStage } from './stage.ts'

/** Attempts of a stage that does not say. */
const usualAttempts = 4

/**
 * One attempt at a unit, from its input in the store to its output there.
 *
 * @returns how it ended; undefined where it was stopped  @throws UserError where the store refuses
 */
export async function attemptUnit(
  { store }: JobParts,
  stage: AnyStage,
  lease: Lease,
  signal: AbortSignal,
): Promise<SettledAttempt | undefined> {
  const { maxAttempts = usualAttempts } = stage
  if (lease.attempt > maxAttempts) {
    const error = `the process ended in the middle of each of ${lease.attempt - 1} attempts`
    return { lease, cost: noCost, end: { error } }
  }
  const input = await store.get(lease.input)
  const ended =
    input === undefined
      ? { cost: noCost, error: `its input is not in ${store.directory}: ${lease.input}`, permanent: false }
      : await attempt(stage, JSON.parse(input), lease.attempt, signal)
  if ('stopped' in ended) return undefined
  const { cost } = ended
  if ('text' in ended) return { lease, cost, end: { output: await store.put(ended.text), text: ended.text } }
  const last = ended.permanent || lease.attempt >= maxAttempts
  return { lease, cost, end: last ? { error: ended.error } : 'again' }
}
