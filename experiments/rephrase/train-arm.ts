import { createBatches } from '../../src/data/batches.ts'
import { memoryTokenStream } from '../../src/data/memory-token-stream.ts'
import type { TokenStream } from '../../src/data/token-stream.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { withBiasOutputs } from '../../src/train/router-bias-outputs.ts'
import type { RunConfig } from '../../src/train/run-config.ts'
import { planOf } from '../../src/train/run-plan.ts'
import { trainingStep } from '../../src/train/step.ts'
import { createStepPipeline } from '../../src/train/step-pipeline.ts'
import { startState } from '../../src/train/trainer-state.ts'
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts'
import type { Recall, RecallProbe } from './recall.ts'
import type { Question } from './texts.ts'

export const streamOf = (texts: readonly string[], tokenizer: Tokenizer, endOfDocument: number): TokenStream =>
  memoryTokenStream(
    texts.map((text) => ({ tokens: tokenizer.encode(text), bytes: Buffer.byteLength(text) })),
    { vocabSize: tokenizer.vocabSize, endOfDocument },
  )

/** Recall after so many steps, by name of the questions. */
export interface Point {
  readonly step: number
  readonly tokens: number
  readonly loss: number
  readonly recall: Readonly<Record<string, Recall>>
}

export interface ArmOptions {
  readonly engine: Engine
  readonly config: RunConfig
  /** Texts and examples of questions, with their shares of the batches. */
  readonly sources: readonly { readonly stream: TokenStream; readonly weight: number }[]
  readonly probe: RecallProbe
  readonly questions: Readonly<Record<string, readonly Question[]>>
  readonly onPoint?: (point: Point) => void
}

/** Trains a model from nothing with tsukimi's trainer, and asks it every so many steps. */
export async function trainArm(options: ArmOptions): Promise<Point[]> {
  const { engine, config, sources, probe, questions } = options
  const { batch, data, optimizer, router } = config
  const batches = createBatches({
    sources,
    sequenceLength: data.sequenceLength,
    batchSize: batch.sequences * batch.accumulation,
    seed: config.seed,
  })
  const step = withBiasOutputs(
    trainingStep(config.model, {
      accumulation: batch.accumulation,
      sequences: batch.sequences,
      sequenceLength: data.sequenceLength,
      separateDocuments: !data.crossDocumentAttention,
      optimizer,
      biasRule: router.biasRule,
      balanceLoss: router.balanceLoss,
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
    if (done % config.evaluateEvery !== 0 && done !== config.steps) continue
    const params = pipeline.state.buffers.slice(0, step.specs.length)
    const recall: Record<string, Recall> = {}
    for (const [name, asked] of Object.entries(questions)) recall[name] = await probe.ask(params, asked)
    const point = { step: done, tokens: done * batches.tokensPerBatch, loss: record.loss, recall }
    points.push(point)
    options.onPoint?.(point)
  }
  return points
}
