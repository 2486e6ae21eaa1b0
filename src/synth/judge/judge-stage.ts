import type { Trajectory } from '../../trajectory/trajectory.ts'
import { UserError } from '../../user-error.ts'
import type { Task } from '../../world/task.ts'
import type { Judge } from './judge.ts'
import { type Judgement, judgeTrajectory } from './judge-trajectory.ts'

/** Trajectories to judge with their tasks, as JSON. */
export interface JudgeChunk {
  readonly seed: number
  readonly tasks: readonly Task[]
  readonly trajectories: readonly Trajectory[]
}

/**
 * Judgements in the order of the trajectories.
 *
 * @throws UserError for a trajectory whose task the chunk does not have
 */
export async function judgementsOfChunk(
  { seed, tasks, trajectories }: JudgeChunk,
  judges: readonly Judge[],
  signal?: AbortSignal,
): Promise<readonly Judgement[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const judgements: Judgement[] = []
  for (const trajectory of trajectories) {
    signal?.throwIfAborted()
    const task = byId.get(trajectory.task.id)
    if (task === undefined)
      throw new UserError(
        `trajectory ${trajectory.id}: its task ${trajectory.task.id} is not among the tasks given`,
      )
    judgements.push(await judgeTrajectory(trajectory, task, judges, { seed, ...(signal && { signal }) }))
  }
  return judgements
}
