import { createBatches } from '../../src/data/batches.ts'
import type { TokenStream } from '../../src/data/token-stream.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { withBiasOutputs } from '../../src/train/router-bias-outputs.ts'
import type { RunConfig } from '../../src/train/run-config.ts'
import { planOf } from '../../src/train/run-plan.ts'
import { trainingStep } from '../../src/train/step.ts'
import { createStepPipeline } from '../../src/train/step-pipeline.ts'
import { startState } from '../../src/train/trainer-state.ts'
import type { TrainingBatches } from '../../src/train/training-data.ts'
import type { Answered, Examiner } from './recall.ts'
import type { Question } from './texts.ts'

export interface Point {
  readonly step: number
  readonly tokens: number
  readonly loss: number
  /** By name of the questions. */
  readonly answers: Readonly<Record<string, readonly Answered[]>>
}

export interface ArmOptions {
  readonly engine: Engine
  readonly config: RunConfig
  readonly sources: readonly { readonly stream: TokenStream; readonly weight: number }[]
  readonly examiner: Examiner
  readonly questions: Readonly<Record<string, readonly Question[]>>
  readonly onPoint?: (point: Point) => void
}

/** Trains a model from nothing with tsukimi's trainer, and asks it every so many steps and at the end. */
export async function trainArm(options: ArmOptions): Promise<Point[]> {
  const { engine, config, sources, examiner, questions } = options
  const { batch, data, optimizer, router } = config
  const { sequenceLength } = data
  const batchSize = batch.sequences * batch.accumulation
  const drawn = createBatches({ sources, sequenceLength, batchSize, seed: config.seed })
  const batches: TrainingBatches = {
    tokensPerBatch: drawn.tokensPerBatch,
    batch: (at) => ({ ...drawn.batch(at), tokens: drawn.tokensPerBatch }),
  }
  const step = withBiasOutputs(
    trainingStep(config.model, {
      ...batch,
      sequenceLength,
      separateDocuments: !data.crossDocumentAttention,
      optimizer,
      ...router,
      plan: planOf(config),
    }),
  )
  using executable = await engine.compile(step.program, { donate: step.state.length })
  const start = await startState(engine, config.model, step, config.seed)
  await using pipeline = createStepPipeline({ engine, config, step, executable, batches }, start)
  const points: Point[] = []
  while (pipeline.state.position.step < config.steps) {
    await pipeline.begin()
    const { record } = await pipeline.finish()
    const done = record.step + 1
    if (done !== config.steps && done % config.evaluateEvery !== 0) continue
    const params = pipeline.state.buffers.slice(0, step.specs.length)
    const answers: Record<string, Answered[]> = {}
    for (const [name, asked] of Object.entries(questions)) answers[name] = await examiner.ask(params, asked)
    const point = { step: done, tokens: done * batches.tokensPerBatch, loss: record.loss, answers }
    points.push(point)
    options.onPoint?.(point)
  }
  return points
}
