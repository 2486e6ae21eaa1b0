import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { createTaskSolver } from '../rollout/task-solver.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { fromEngine } from '../train/engine-failure.ts'
import type { Weights } from '../train/model-weights.ts'
import type { RunConfig } from '../train/run-config.ts'
import type { Trajectory } from '../trajectory/trajectory.ts'
import { UserError } from '../user-error.ts'
import { isSolved } from '../world/solve.ts'
import type { Task } from '../world/task.ts'
import { generatorOptions } from './generator-options.ts'

/** Shares of tasks solved: `solved` of all, then of each family. */
export type TaskSuccess = Readonly<Record<string, number>>

/** Episodes at once: the fewer, the fewer programs are compiled, which takes most of the time where tasks are few. */
const atOnce = (tasks: number): number => Math.min(32, Math.ceil(tasks / 3))

/** Copies, since what an engine gives out may be its own memory. */
async function weightsOf(model: K2Config, params: readonly DeviceBuffer[]): Promise<Weights> {
  const weights = new Map<string, Float32Array>()
  for (const [i, { name }] of parameterSpecs(model).entries())
    weights.set(name, Float32Array.from(await fromEngine(params[i]!.read())))
  return weights
}

const share = (trajectories: readonly Trajectory[]): number =>
  trajectories.filter(isSolved).length / trajectories.length

/**
 * What came of episodes. One that its user, its tools or its checks broke says nothing of the model and is not counted.
 *
 * @throws UserError where the model itself could not be run
 */
export function taskSuccess(trajectories: readonly Trajectory[]): TaskSuccess {
  const stopped = trajectories.find(({ outcome }) => outcome?.fault === 'infrastructure')
  if (stopped !== undefined)
    throw new UserError(`The task ${stopped.task.id} could not be tried: ${stopped.outcome?.stop}`)
  const counted = trajectories.filter(({ outcome }) => outcome?.status !== 'failed')
  if (counted.length === 0) return {}
  const families = Map.groupBy(counted, ({ labels }) => labels?.family ?? '')
  return {
    solved: share(counted),
    ...Object.fromEntries([...families].map(([family, own]) => [family, share(own)])),
  }
}

export interface Trial {
  readonly engine: Engine
  readonly config: RunConfig
  readonly tokenizer: Tokenizer
  readonly tasks: readonly Task[]
  readonly signal: AbortSignal
}

/**
 * Lets the weights of a run try tasks, greedily and without the enforcer, as it would be served otherwise. The memory
 * that this takes is freed before it ends.
 *
 * @param params in the order of `parameterSpecs`
 * @returns nothing where the signal ends it
 * @throws UserError where the model could not be run
 */
export async function triedTasks(
  { engine, config, tokenizer, tasks, signal }: Trial,
  params: readonly DeviceBuffer[],
): Promise<TaskSuccess> {
  const { model, engine: choice, chat } = config
  const { plan } = generatorOptions(choice)
  await using solver = createTaskSolver({
    engine,
    config: model,
    tokenizer,
    weights: await weightsOf(model, params),
    ...(plan && { plan }),
    template: { toolStyle: chat.toolStyle, defaultSystem: chat.defaultSystem },
    maxTokens: config.tasks.maxTokens,
    concurrency: atOnce(tasks.length),
  })
  const tried = solver.solve(tasks, { set: 'evaluation', enforce: false, signal })
  return taskSuccess(
    await tried.catch((error) => {
      if (signal.aborted) return []
      throw error
    }),
  )
}
