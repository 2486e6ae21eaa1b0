import { attempt } from './attempt.ts'
import { noCost } from './cost.ts'
import type { JobParts } from './job-parts.ts'
import type { Lease } from './queue.ts'
import type { SettledAttempt } from './settle.ts'
import type { AnyStage } from './stage.ts'

/** Attempts of a stage that does not say. */
const usualAttempts = 4
/**
 * Times that the process of a unit may end before the unit is held to be the cause. Many units are taken ahead, so most
 * of those that a killed process had were not begun.
 */
const mostLost = 20

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
  if (lease.lost >= mostLost) {
    const error = `${lease.lost} processes that had taken it ended before it did`
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
