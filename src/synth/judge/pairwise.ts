import { derivedSeed } from '../../draws.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'

/** Which of two trajectories of one task is better. */
export type Preference = 'first' | 'second' | 'undecided'

/** Something that compares two trajectories in the order in which they are given. */
export type PairJudge = (
  first: Trajectory,
  second: Trajectory,
  task: Task,
  options: { readonly seed: number; readonly signal?: AbortSignal },
) => Promise<Preference>

const swapped = { first: 'second', second: 'first', undecided: 'undecided' } as const

/** Which of `a` and `b` a judge prefers in both orders; undecided where the order decides. */
export async function preferred(
  a: Trajectory,
  b: Trajectory,
  task: Task,
  judge: PairJudge,
  options: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Preference> {
  const asGiven = await judge(a, b, task, { ...options, seed: derivedSeed(options.seed, 'pair', 0) })
  const turned = swapped[await judge(b, a, task, { ...options, seed: derivedSeed(options.seed, 'pair', 1) })]
  return asGiven === turned ? asGiven : 'undecided'
}
