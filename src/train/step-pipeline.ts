import type { DeviceBuffer, Engine, Executable } from '../engine/engine.ts'
import type { Placement } from '../tensor/mesh.ts'
import type { Type, TypedArray } from '../tensor/types.ts'
import { batchDtype, batchInputsOf } from './batch-inputs.ts'
import { atOnceFromEngine, fromEngine } from './engine-failure.ts'
import { hyperAt } from './hyper.ts'
import { batchPlacement, placedOn } from './placements.ts'
import type { RunConfig } from './run-config.ts'
import { meshOf, stepShapeOf } from './run-plan.ts'
import { hyperNames, metricNames, type StepProgram } from './step.ts'
import { readStep, type StepRecord } from './step-record.ts'
import type { TrainerState } from './trainer-state.ts'
import type { TrainingBatch, TrainingBatches } from './training-data.ts'

export interface PipelineParts {
  readonly engine: Engine
  readonly config: RunConfig
  /** With the router biases after the metrics. */
  readonly step: StepProgram
  readonly executable: Executable
  readonly batches: TrainingBatches
}

/** Milliseconds of the host. */
export interface FinishedStep {
  readonly record: StepRecord
  /** When the engine was done with the step, as far as the host can tell. */
  readonly completed: number
}

interface Flight {
  readonly step: number
  readonly tokens: number
  readonly inputs: readonly DeviceBuffer[]
  /** Metrics, then router biases. */
  readonly metrics: readonly DeviceBuffer[]
}

/**
 * Steps that the engine was given, and their metrics, which are read in order when the caller wants them. An engine
 * that takes work before the last is done computes a step while the host reads the one before.
 */
export interface StepPipeline extends AsyncDisposable {
  /** After the last step that the engine was given. */
  readonly state: TrainerState
  /** Steps whose metrics have not been read. */
  readonly unread: number
  /** Milliseconds spent on batches since the last call. */
  takeDataTime(): number
  /** Uploads the next batch and gives the engine the next step. Resolves when the state is that after it. */
  begin(): Promise<void>
  /** Waits for the oldest step that was not read, and reads its metrics. */
  finish(): Promise<FinishedStep>
}

const disposeAll = (buffers: readonly DeviceBuffer[]): void => {
  for (const buffer of buffers) buffer[Symbol.dispose]()
}

/** Takes over `start`: disposing the pipeline disposes the state. */
export function createStepPipeline(parts: PipelineParts, start: TrainerState): StepPipeline {
  const { engine, config, step: program, executable, batches } = parts
  const mesh = meshOf(config)
  const { accumulation, sequences } = config.batch
  const shape = [accumulation, sequences, config.data.sequenceLength]
  const batchInputs = batchInputsOf(stepShapeOf(config))
  const flights: Flight[] = []
  let state = start
  let dataTime = 0
  let running: Promise<void> = Promise.resolve()

  function uploadInputs(step: number, batch: TrainingBatch): DeviceBuffer[] {
    const hyper = hyperAt(config, step)
    const [cut, whole] = [batchPlacement(mesh, 3, 1), placedOn(mesh, 0)]
    const inputs: DeviceBuffer[] = []
    const upload = (type: Type, x: TypedArray, placement: Placement | undefined): void =>
      void inputs.push(atOnceFromEngine(() => engine.upload(type, x, placement)))
    try {
      for (const name of batchInputs) upload({ dtype: batchDtype(name), shape }, batch[name]!, cut)
      for (const name of hyperNames) upload({ dtype: 'f32', shape: [] }, Float32Array.of(hyper[name]), whole)
    } catch (error) {
      disposeAll(inputs)
      throw error
    }
    return inputs
  }

  async function enqueue(): Promise<void> {
    const { step, tokens } = state.position
    const started = performance.now()
    const batch = batches.batch(step)
    const inputs = uploadInputs(step, batch)
    dataTime += performance.now() - started
    let outputs: DeviceBuffer[]
    try {
      outputs = await fromEngine(executable.run([...state.buffers, ...inputs]))
    } catch (error) {
      disposeAll(inputs)
      throw error
    }
    const seen = tokens + batch.tokens
    const metrics = outputs.slice(program.state.length)
    flights.push({ step, tokens: seen, inputs, metrics })
    state = {
      buffers: outputs.slice(0, program.state.length),
      position: { step: step + 1, tokens: seen },
    }
  }

  async function read({ step, tokens, metrics }: Flight): Promise<FinishedStep> {
    // The first read waits for the step; the others only copy.
    await metrics[0]!.read()
    const completed = performance.now()
    const count = metricNames.length
    const hyper = hyperAt(config, step)
    return {
      record: await readStep(step, tokens, hyper, metrics.slice(0, count), metrics.slice(count)),
      completed,
    }
  }

  return {
    get state() {
      return state
    },
    get unread() {
      return flights.length
    },
    takeDataTime() {
      const time = dataTime
      dataTime = 0
      return time
    },
    begin() {
      running = enqueue()
      // It is awaited by the caller, who may fail before.
      running.catch(() => {})
      return running
    },
    async finish() {
      const flight = flights.shift()
      if (flight === undefined) throw new Error('no step is under way')
      try {
        return await fromEngine(read(flight))
      } finally {
        disposeAll([...flight.inputs, ...flight.metrics])
      }
    },
    async [Symbol.asyncDispose]() {
      await running.catch(() => {})
      for (const { inputs, metrics } of flights) disposeAll([...inputs, ...metrics])
      disposeAll(state.buffers)
    },
  }
}
