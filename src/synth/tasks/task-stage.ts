import { derivedSeed, draws } from '../../draws.ts'
import type { Application } from '../../world/application.ts'
import type { WorldState } from '../../world/state.ts'
import type { Task } from '../../world/task.ts'
import { type Difficulty, difficulties, generateTask, type TaskAgent } from './generate-task.ts'
import { recipes, type ToolFamily } from './recipes.ts'

/** Which tasks, as JSON: a chunk of indices of one seed. */
export interface TaskChunk {
  readonly seed: number
  /** The first index. */
  readonly from: number
  readonly count: number
  /** Weights of families; those that are not named do not come. All alike where it is not given. */
  readonly families?: Readonly<Partial<Record<ToolFamily, number>>>
  /** Weights of the difficulties 1 to 4; all alike where it is not given. */
  readonly difficulties?: readonly [number, number, number, number]
}

/** Who works with what, before a task. */
export interface TaskSetting {
  readonly application: Application
  readonly agent: TaskAgent
  readonly state: WorldState
}

export interface TaskChunkResult {
  /** In the order of indices; an index whose draws all failed has none. */
  readonly tasks: readonly Task[]
  /** Draws that were given up, by reason. */
  readonly rejected: Readonly<Record<string, number>>
  /** Indices that gave no task. */
  readonly missing: number
}

const families = Object.keys(recipes) as ToolFamily[]

/** Counts of several added up. */
export function addedCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sum: Record<string, number> = { ...a }
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count
  return sum
}

/**
 * The tasks of a chunk. What an index gives depends on the seed and the index alone, not on the chunk that it is in.
 *
 * @param settingOf the application, agent and state of an index, determined by it and the seed
 */
export async function tasksOfChunk(
  chunk: TaskChunk,
  settingOf: (index: number, seed: number) => TaskSetting | Promise<TaskSetting>,
): Promise<TaskChunkResult> {
  const tasks: Task[] = []
  let rejected: Readonly<Record<string, number>> = {}
  let missing = 0
  for (let index = chunk.from; index < chunk.from + chunk.count; index++) {
    const draw = draws(chunk.seed, 'tasks', index)
    const weights = families.map(
      (family) => [family, chunk.families === undefined ? 1 : (chunk.families[family] ?? 0)] as const,
    )
    const family = draw.weighted(weights)
    const levels = chunk.difficulties ?? [1, 1, 1, 1]
    const difficulty = draw.weighted(
      difficulties.map((level, i): readonly [Difficulty, number] => [level, levels[i]!]),
    )
    const made = await generateTask({
      ...(await settingOf(index, chunk.seed)),
      id: `task-${chunk.seed}-${index}`,
      seed: derivedSeed(chunk.seed, 'tasks', index),
      family,
      difficulty,
      otherFamilies: families.filter((one) => chunk.families === undefined || (chunk.families[one] ?? 0) > 0),
    })
    rejected = addedCounts(rejected, made.rejected)
    if (made.task === undefined) missing++
    else tasks.push(made.task)
  }
  return { tasks, rejected, missing }
}

/** Chunks of `size` indices from 0 to `count`. */
export function* chunksOf<Rest extends object>(count: number, size: number, rest: Rest) {
  for (let from = 0; from < count; from += size) yield { ...rest, from, count: Math.min(size, count - from) }
}
