import type { Trajectory } from '../trajectory/trajectory.ts'
import type { AssistantPolicy } from './policies.ts'
import { runEpisode } from './run-episode.ts'
import { scriptedUser } from './scripted-user.ts'
import type { Task } from './task.ts'
import { worldEnvironment } from './world-environment.ts'

export interface SolveOptions {
  readonly set: string
  readonly assistant: AssistantPolicy
  /** Episodes at once. */
  readonly concurrency: number
  readonly seed?: number
  readonly signal?: AbortSignal
  readonly onEpisode?: (trajectory: Trajectory) => void
}

/** Whether everything that its rubric asks for is so. */
export const isSolved = ({ outcome }: Trajectory): boolean => outcome?.reward === 1

/** Lets an assistant try tasks, each in its world with its scripted user; in the order of the tasks. */
export async function solve(tasks: readonly Task[], options: SolveOptions): Promise<Trajectory[]> {
  const { set, assistant, concurrency, seed = 0, signal, onEpisode } = options
  const trajectories: Trajectory[] = []
  let next = 0
  async function worker(): Promise<void> {
    for (let at = next++; at < tasks.length; at = next++) {
      const task = tasks[at]!
      await using environment = worldEnvironment(task)
      const user = scriptedUser(task)
      const trajectory = await runEpisode({
        task,
        set,
        environment,
        assistant,
        user,
        seed,
        ...(signal && { signal }),
      })
      trajectories[at] = trajectory
      onEpisode?.(trajectory)
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, concurrency), tasks.length) }, worker))
  return trajectories
}
