import { basename, join } from 'node:path'
import { MetricsLog, truncateMetrics } from '../checkpoint/metrics-log.ts'
import { type Checkpoint, latestCheckpoint, removeLeftovers, runFiles } from '../checkpoint/run-directory.ts'
import { writeCheckpointTogether } from '../checkpoint/write-checkpoint-together.ts'
import type { DeviceBuffer, Engine, StepMemory } from '../engine/engine.ts'
import { aloneGroup, type ProcessGroup } from '../files/process-group.ts'
import { flopsPerToken } from '../nn/counts.ts'
import { UserError } from '../user-error.ts'
import { explained, lastGood } from './engine-failure.ts'
import { createEvaluation, type HeldOutScore } from './evaluation.ts'
import { placementsOf } from './placements.ts'
import { withBiasOutputs } from './router-bias-outputs.ts'
import type { RunConfig } from './run-config.ts'
import { planOf, stepShapeOf } from './run-plan.ts'
import { createStateShards } from './state-shards.ts'
import { type StepProgram, trainingStep } from './step.ts'
import { createStepPipeline } from './step-pipeline.ts'
import { nonFinitePlace, type StepRecord } from './step-record.ts'
import { readState, startFrom, startState, type TrainerState, writeState } from './trainer-state.ts'
import type { EvaluationExtent, TrainingData } from './training-data.ts'

/** One line of timings.jsonl. */
export type StepTiming = {
  readonly step: number
  /** What the time from the end of the step before to the end of this one went to; `step` is waiting for the engine. */
  readonly seconds: Readonly<Record<'data' | 'step' | 'metrics' | 'evaluate' | 'checkpoint', number>>
  readonly tokensPerSecond: number
  /** Model FLOP/s: see counts.ts for what is counted. */
  readonly flopsPerSecond: number
}

export type TrainingEvent =
  | {
      readonly kind: 'compiled'
      readonly seconds: number
      readonly equations: number
      readonly resumedFrom: number
    }
  | { readonly kind: 'step'; readonly record: StepRecord; readonly timing: StepTiming }
  | { readonly kind: 'evaluating'; readonly step: number }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }

export interface TrainingOptions {
  readonly config: RunConfig
  readonly runDir: string
  readonly engine: Engine
  readonly data: TrainingData
  /** Directory with the tokenizer's files, which every checkpoint gets a copy of. */
  readonly tokenizerDirectory: string
  /** Goes on from the latest checkpoint, if there is one. */
  readonly resume: boolean
  /** Aborting finishes the step, writes a checkpoint and returns. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TrainingEvent) => void
  /** What a run is asked after each evaluation on held-out data, of parameters in the order of `parameterSpecs`: shares of tasks solved. */
  readonly evaluateTasks?: (
    params: readonly DeviceBuffer[],
    extent: EvaluationExtent,
  ) => Promise<Readonly<Record<string, number>>>
  /** The processes that train together, each with its engine; this one alone without it. Process 0 writes the logs. */
  readonly group?: ProcessGroup
}

export interface TrainingResult {
  /** Whether all steps were done; false when the signal stopped it. */
  readonly finished: boolean
  readonly steps: number
  readonly tokens: number
  readonly heldOut: HeldOutScore | null
  /** Of the last evaluation. */
  readonly tasks?: Readonly<Record<string, number>>
  readonly memory: StepMemory
}

const seconds = (since: number): number => (performance.now() - since) / 1000

const stepOptionsOf = (config: RunConfig) => ({
  ...stepShapeOf(config),
  optimizer: config.optimizer,
  biasRule: config.router.biasRule,
  balanceLoss: config.router.balanceLoss,
  plan: planOf(config),
})

/** The checkpoint to go on from, chosen by process 0, which also clears away what a killed writer left. */
async function chooseCheckpoint({ runDir, resume }: TrainingOptions, group: ProcessGroup) {
  let latest: Checkpoint | undefined
  if (group.id === 0) {
    await removeLeftovers(runDir)
    if (resume) latest = await latestCheckpoint(runDir)
  }
  const [name] = await group.exchange('the checkpoint to go on from', latest && basename(latest.path))
  return name === '' ? undefined : { path: join(runFiles(runDir).checkpoints, name!) }
}

async function beginState(
  options: TrainingOptions,
  program: StepProgram,
  group: ProcessGroup,
): Promise<TrainerState> {
  const { engine, config, runDir } = options
  const placementOf = placementsOf(program)
  const latest = await chooseCheckpoint(options, group)
  const begun = (): Promise<TrainerState> =>
    config.base === null
      ? startState(engine, config.model, program, config.seed, placementOf)
      : startFrom(config.base.path, engine, program, placementOf)
  const state = await (latest === undefined ? begun() : readState(latest.path, engine, program, placementOf))
  if (group.id > 0) return state
  await truncateMetrics(runFiles(runDir).metrics, state.position.step)
  await truncateMetrics(join(runDir, 'timings.jsonl'), state.position.step)
  return state
}

async function refuseNonFinite(runDir: string, record: StepRecord): Promise<void> {
  const place = nonFinitePlace(record)
  if (place === null) return
  throw new UserError(
    `Step ${record.step}: numbers stopped being finite in ${place} (loss ${record.loss}). Nothing was overwritten; ` +
      `${await lastGood(runDir)}. ` +
      'Lower optimizer.learningRate or lengthen schedule.warmupSteps, then run again',
  )
}

/** The step of a run, compiled with its state donated. */
async function compileStep({ engine, config }: TrainingOptions) {
  const step = withBiasOutputs(trainingStep(config.model, stepOptionsOf(config)))
  const { program, state, layout } = step
  const executable = await engine.compile(program, { donate: state.length, ...(layout && { layout }) })
  return { step, executable }
}

/** Evaluations on a part and on all of the held-out text. */
async function compileEvaluations(options: TrainingOptions) {
  const { engine, config } = options
  const { heldOut } = options.data
  const shape = { ...stepShapeOf(config), plan: planOf(config) }
  const quick = await createEvaluation(engine, config.model, heldOut.quick, shape)
  try {
    return { quick, whole: await createEvaluation(engine, config.model, heldOut.whole, shape) }
  } catch (error) {
    quick[Symbol.dispose]()
    throw error
  }
}

/**
 * Trains a model: batches in, steps on the engine, metrics and checkpoints out. Batches, order and hyper-parameters are
 * functions of the step, so that a run that is killed and resumed is the run that was not. The engine gets the next
 * step before the metrics of the last are read; evaluations and checkpoints wait until these were found finite.
 *
 * @throws UserError when numbers stop being finite, the engine fails, the corpus is too small, or a checkpoint does
 *   not fit
 */
export async function train(options: TrainingOptions): Promise<TrainingResult> {
  const group = options.group ?? aloneGroup()
  try {
    return await trainUnexplained(options, group)
  } catch (error) {
    const told = await explained(error, options.runDir, options.engine)
    group.fail(told instanceof Error ? told.message : String(told))
    throw told
  }
}

/**
 * Steps by which a process may be ahead of the others when it is told to stop, with time for them to see it: they learn
 * it from a file. A process begins a step only when all have begun the one two before.
 */
const stepsAhead = (secondsOfStep: number): number => 4 + Math.ceil(5 / Math.max(secondsOfStep, 1e-3))

async function trainUnexplained(options: TrainingOptions, group: ProcessGroup): Promise<TrainingResult> {
  const { config, engine, runDir, signal } = options
  const { batches } = options.data
  const started = performance.now()
  const compiled = await compileStep(options)
  const { step: program } = compiled
  using executable = compiled.executable
  const evaluations = await compileEvaluations(options)
  using quick = evaluations.quick
  using whole = evaluations.whole
  await using pipeline = createStepPipeline(
    { engine, config, step: program, executable, batches },
    await beginState(options, program, group),
  )
  const writesLogs = group.id === 0
  using metricsLog = writesLogs ? new MetricsLog(runFiles(runDir).metrics) : null
  using timingsLog = writesLogs ? new MetricsLog(join(runDir, 'timings.jsonl')) : null
  const shards = group.count > 1 ? createStateShards(program, group) : undefined
  options.onEvent?.({
    kind: 'compiled',
    seconds: seconds(started),
    equations: program.program.equations.length,
    resumedFrom: pipeline.state.position.step,
  })
  const flops = flopsPerToken(config.model, config.data.sequenceLength).training
  let last: HeldOutScore | null = null
  let tasks: Readonly<Record<string, number>> | undefined
  let saved = options.resume ? pipeline.state.position.step : -1
  /** When the last step, with what followed it, was over. */
  let lastEnd = performance.now()
  let secondsOfStep = 1

  const params = () => pipeline.state.buffers.slice(0, program.specs.length)
  const isLast = (step: number): boolean => step + 1 === config.steps
  const due = (step: number, every: number): boolean =>
    isLast(step) || (every > 0 && (step + 1) % every === 0)

  const save = async (): Promise<void> => {
    metricsLog?.sync()
    const { step } = pipeline.state.position
    const { state } = pipeline
    const write = (directory: string): Promise<void> =>
      writeState(directory, config.model, program, state, options.tokenizerDirectory, shards)
    const keep = { keep: config.keepCheckpoints }
    const checkpoint = await writeCheckpointTogether(group, runDir, step, write, keep)
    saved = step
    options.onEvent?.({ kind: 'checkpoint', checkpoint })
  }

  /** Waits for the oldest step under way and does what is due after it. */
  const finish = async (): Promise<void> => {
    const { record, completed } = await pipeline.finish()
    await refuseNonFinite(runDir, record)
    const { step } = record
    const read = performance.now()
    if (due(step, config.evaluateEvery)) {
      options.onEvent?.({ kind: 'evaluating', step })
      last = await (isLast(step) ? whole : quick).score(params())
      tasks = await options.evaluateTasks?.(params(), isLast(step) ? 'whole' : 'quick')
    } else {
      last = null
      tasks = undefined
    }
    const evaluated = performance.now()
    const full = { ...record, ...(last && { heldOut: last }), ...(tasks && { tasks }) }
    metricsLog?.append(full)
    if (due(step, config.checkpointEvery)) await save()
    const ended = performance.now()
    const data = pipeline.takeDataTime()
    const tokensPerSecond = batches.tokensPerBatch / ((read - lastEnd) / 1000)
    const timing: StepTiming = {
      step,
      seconds: {
        data: data / 1000,
        step: Math.max(0, completed - lastEnd - data) / 1000,
        metrics: (read - completed) / 1000,
        evaluate: (evaluated - read) / 1000,
        checkpoint: (ended - evaluated) / 1000,
      },
      tokensPerSecond,
      flopsPerSecond: flops * tokensPerSecond,
    }
    secondsOfStep = (read - lastEnd) / 1000
    lastEnd = ended
    timingsLog?.append(timing)
    options.onEvent?.({ kind: 'step', record: full, timing })
  }

  /** Alone at once; with others when all have come as far. */
  const stopsBefore = (step: number): boolean => {
    if (signal?.aborted) group.proposeStop(group.count === 1 ? step : step + stepsAhead(secondsOfStep))
    const stop = group.stop()
    return stop !== undefined && step >= stop
  }

  while (pipeline.state.position.step < config.steps) {
    const { step } = pipeline.state.position
    if (stopsBefore(step)) break
    const begun = pipeline.begin()
    if (pipeline.unread > 0) await finish()
    await begun
    // An evaluation or a checkpoint wants the state as it is after this step.
    if (due(step, config.evaluateEvery) || due(step, config.checkpointEvery)) await finish()
  }
  if (pipeline.unread > 0) await finish()
  if (saved !== pipeline.state.position.step) await save()
  const { step, tokens } = pipeline.state.position
  const finished = step >= config.steps
  // A run that was finished before it was resumed has not been scored here.
  if (finished && last === null) {
    last = await whole.score(params())
    tasks = await options.evaluateTasks?.(params(), 'whole')
  }
  return {
    finished,
    steps: step,
    tokens,
    heldOut: last,
    ...(tasks && { tasks }),
    memory: executable.memory(),
  }
}
