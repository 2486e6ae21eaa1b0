import { createBatches } from '../../src/data/batches.ts'
import { memoryTokenStream } from '../../src/data/memory-token-stream.ts'
import type { TokenStream } from '../../src/data/token-stream.ts'
import type { Engine, Executable } from '../../src/engine/engine.ts'
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts'
import { withBiasOutputs } from '../../src/train/router-bias-outputs.ts'
import type { RunConfig } from '../../src/train/run-config.ts'
import { planOf } from '../../src/train/run-plan.ts'
import { type StepProgram, trainingStep } from '../../src/train/step.ts'
import { createStepPipeline } from '../../src/train/step-pipeline.ts'
import { startState, type TrainerState } from '../../src/train/trainer-state.ts'
import type { Recall, RecallProbe } from './recall.ts'
import type { Question } from './texts.ts'

export const streamOf = (
  texts: readonly string[],
  tokenizer: Tokenizer,
  endOfDocument: number,
): TokenStream =>
  memoryTokenStream(
    texts.map((text) => ({ tokens: tokenizer.encode(text), bytes: Buffer.byteLength(text) })),
    { vocabSize: tokenizer.vocabSize, endOfDocument },
  )

/** The training step on an engine, for every run of the same shape. */
export interface CompiledStep extends Disposable {
  readonly engine: Engine
  readonly step: StepProgram
  readonly executable: Executable
}

export async function compileStep(engine: Engine, config: RunConfig): Promise<CompiledStep> {
  const { batch, data, optimizer, router } = config
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
  const executable = await engine.compile(step.program, { donate: step.state.length })
  return { engine, step, executable, [Symbol.dispose]: () => executable[Symbol.dispose]() }
}

/** Weights and optimizer on the host, in the order of the step program. */
export type Weights = readonly Float32Array[]

export interface Point {
  readonly step: number
  readonly tokens: number
  readonly loss: number
  /** By name of the questions. */
  readonly recall: Readonly<Record<string, Recall>>
}

export interface RunOptions {
  readonly compiled: CompiledStep
  readonly config: RunConfig
  /** What to begin with; new weights without it. */
  readonly from?: Weights
  readonly sources: readonly { readonly stream: TokenStream; readonly weight: number }[]
  readonly probe: RecallProbe
  readonly questions: Readonly<Record<string, readonly Question[]>>
  readonly onPoint?: (point: Point) => void
}

const startOf = async ({ compiled, config, from }: RunOptions): Promise<TrainerState> => {
  const { engine, step } = compiled
  if (from === undefined) return startState(engine, config.model, step, config.seed)
  const buffers = step.state.map(({ shape }, i) => engine.upload({ dtype: 'f32', shape }, from[i]!))
  return { buffers, position: { step: 0, tokens: 0 } }
}

/** Trains with tsukimi's trainer, and asks every so many steps (`evaluateEvery` of the config) and at the end. */
export async function trainRun(options: RunOptions): Promise<{ points: Point[]; weights: Weights }> {
  const { compiled, config, sources, probe, questions } = options
  const { engine, step, executable } = compiled
  const batches = createBatches({
    sources,
    sequenceLength: config.data.sequenceLength,
    batchSize: config.batch.sequences * config.batch.accumulation,
    seed: config.seed,
  })
  const start = await startOf(options)
  await using pipeline = createStepPipeline({ engine, config, step, executable, batches }, start)
  const points: Point[] = []
  while (pipeline.state.position.step < config.steps) {
    await pipeline.begin()
    const { record } = await pipeline.finish()
    const done = record.step + 1
    if (done !== config.steps && (config.evaluateEvery === 0 || done % config.evaluateEvery !== 0)) continue
    const params = pipeline.state.buffers.slice(0, step.specs.length)
    const recall: Record<string, Recall> = {}
    for (const [name, asked] of Object.entries(questions)) recall[name] = await probe.ask(params, asked)
    const point = { step: done, tokens: done * batches.tokensPerBatch, loss: record.loss, recall }
    points.push(point)
    options.onPoint?.(point)
  }
  const weights: Float32Array[] = []
  for (const buffer of pipeline.state.buffers) weights.push(((await buffer.read()) as Float32Array).slice())
  return { points, weights }
}
