import type { Engine } from '../engine/engine.ts'
import { createScheduler } from '../generate/create-scheduler.ts'
import type { SchedulerWeights } from '../generate/scheduler.ts'
import type { K2Config } from '../nn/config.ts'
import type { Plan } from '../nn/plan.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import type { Trajectory } from '../trajectory/trajectory.ts'
import { solve } from '../world/solve.ts'
import type { Task } from '../world/task.ts'
import { type ModelPolicyOptions, modelPolicy } from './model-policy.ts'

export interface TaskSolverOptions {
  readonly engine: Engine
  readonly config: K2Config
  readonly tokenizer: Tokenizer
  readonly weights: SchedulerWeights
  /** How the model is written for the engine; the host's plan without it. */
  readonly plan?: Plan
  readonly template?: ModelPolicyOptions['template']
  readonly identity?: ModelPolicyOptions['identity']
  /** Most tokens of a turn. */
  readonly maxTokens: number
  /** Episodes at once. */
  readonly concurrency: number
}

export interface SolveRun {
  readonly set: string
  readonly enforce: boolean
  /** 0, the default, always takes the likeliest token. */
  readonly temperature?: number
  readonly seed?: number
  readonly signal?: AbortSignal
  readonly onEpisode?: (trajectory: Trajectory) => void
}

/** A model with its engine room, ready for tasks. */
export interface TaskSolver extends AsyncDisposable {
  /** Episodes in the order of the tasks. */
  solve(tasks: readonly Task[], run: SolveRun): Promise<Trajectory[]>
}

/** Lets a model of ours try tasks in their worlds. */
export function createTaskSolver(options: TaskSolverOptions): TaskSolver {
  const { engine, config, tokenizer, weights, plan, template, identity, maxTokens, concurrency } = options
  const scheduler = createScheduler(engine, config, weights, {
    ...(plan && { plan }),
    maxBatch: concurrency,
    vocabSize: tokenizer.vocabSize,
  })
  return {
    solve: (tasks, { enforce, temperature = 0, ...run }) =>
      solve(tasks, {
        ...run,
        concurrency,
        assistant: modelPolicy({
          scheduler,
          tokenizer,
          enforce,
          temperature,
          maxTokens,
          ...(template && { template }),
          ...(identity && { identity }),
        }),
      }),
    [Symbol.asyncDispose]: () => scheduler.close(),
  }
}
