import { setImmediate } from 'node:timers/promises'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import { oraclePolicy } from '../../world/oracle.ts'
import { runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import { isSolved } from '../../world/solve.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { starterTask } from './starter-task.ts'

export interface StarterOptions {
  readonly seed: number
  readonly count: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
}

/** Episodes after which others get their turn. */
const atOnce = 50

/**
 * Episodes of tasks to learn from, each solved by its plan and judged by its rubric: only those that succeeded.
 *
 * @throws the signal's reason where it is aborted
 */
export async function* starterTrajectories(options: StarterOptions): AsyncGenerator<Trajectory> {
  const { seed, count, signal, onProgress } = options
  for (let index = 0; index < count; index++) {
    const task = starterTask({ seed, index, split: 'train' })
    await using environment = worldEnvironment(task)
    const trajectory = await runEpisode({
      task,
      set: 'starter/train',
      environment,
      assistant: oraclePolicy(task),
      user: scriptedUser(task),
      seed,
      ...(signal && { signal }),
    })
    const lineage = { stage: 'starter', keys: [trajectory.task.digest] }
    if (isSolved(trajectory)) yield { ...trajectory, lineage }
    if ((index + 1) % atOnce !== 0) continue
    await setImmediate()
    onProgress?.(index + 1)
  }
}
