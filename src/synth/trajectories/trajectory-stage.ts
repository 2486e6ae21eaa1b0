import { derivedSeed } from '../../draws.ts'
import type { Stage } from '../../jobs/stage.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import { generateTrajectory, type PlantingShares } from './generate-trajectory.ts'

/** Tasks to do, as JSON. */
export interface TrajectoryChunk {
  readonly seed: number
  readonly tasks: readonly Task[]
  /** How often each is done; once where it is not given. */
  readonly samples?: number
  readonly shares?: PlantingShares
  /** Names the set of the tasks. */
  readonly set?: string
}

/** The trajectories of a chunk, task by task. What a task gives depends on the seed, the task's id and the sample alone. */
export async function trajectoriesOfChunk(
  { seed, tasks, samples = 1, shares, set }: TrajectoryChunk,
  signal?: AbortSignal,
): Promise<readonly Trajectory[]> {
  const trajectories: Trajectory[] = []
  for (const task of tasks) {
    for (let sample = 0; sample < samples; sample++) {
      signal?.throwIfAborted()
      const options = {
        ...(shares && { shares }),
        ...(set !== undefined && { set }),
        ...(signal && { signal }),
      }
      trajectories.push(
        await generateTrajectory(task, {
          ...options,
          seed: derivedSeed(seed, 'trajectory', task.id, sample),
        }),
      )
    }
  }
  return trajectories
}

/** A stage over chunks, as jobs run it. */
export const trajectoryStage: Stage<TrajectoryChunk, readonly Trajectory[]> = {
  name: 'synth/trajectories',
  version: '1',
  run: (chunk, { signal }) => trajectoriesOfChunk(chunk, signal),
}
