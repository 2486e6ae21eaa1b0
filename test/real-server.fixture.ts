import { OpenAI } from 'openai'
import { tinyConfig } from '../src/cli/tiny-checkpoint.fixture.ts'
import { createOnnxEngine } from '../src/engine/onnx/engine.ts'
import { ownSamples } from '../src/eval/vendor/samples/own-samples.ts'
import { createScheduler } from '../src/generate/create-scheduler.ts'
import type { Scheduler, SchedulerWeights } from '../src/generate/scheduler.ts'
import type { SchedulerOptions } from '../src/generate/scheduler-options.ts'
import type { K2Config } from '../src/nn/config.ts'
import { initialWeights } from '../src/nn/initial-weights.ts'
import { parameterSpecs } from '../src/nn/parameters.ts'
import { type ServerModel, startServer } from '../src/serve/start-server.ts'
import { createTokenizer, type Tokenizer } from '../src/tokenizer/tokenizer.ts'
import { trainBpe } from '../src/tokenizer/train-bpe.ts'

/** Of the texts that tests ask with, so that their prompts are short. */
export const servedTokenizer: Tokenizer = createTokenizer(
  trainBpe(
    ownSamples().map(({ body }) => JSON.stringify([body.messages, body.tools])),
    { merges: 1000 },
  ),
)

export const servedConfig: K2Config = {
  ...tinyConfig,
  vocabSize: servedTokenizer.vocabSize,
  maxPositionEmbeddings: 4096,
}

/** A server on a real socket, with everything behind it as `tsukimi serve` has it; the model is small and untrained. */
export interface RealServer extends AsyncDisposable {
  readonly url: string
  readonly scheduler: Scheduler
  readonly client: OpenAI
}

export async function realServer(
  config: K2Config = servedConfig,
  options: SchedulerOptions = {},
  weights: SchedulerWeights = initialWeights(config, 1),
  model: Pick<ServerModel, 'recording' | 'template'> = {},
): Promise<RealServer> {
  // On products as small as these a second thread only waits for the first.
  const engine = createOnnxEngine({ threads: 1 })
  const scheduler = createScheduler(engine, config, weights, {
    vocabSize: servedTokenizer.vocabSize,
    ...options,
  })
  const server = await startServer(
    {
      tokenizer: servedTokenizer,
      scheduler,
      modelNames: ['tiny'],
      ...model,
      internal: { parameters: parameterSpecs(config) },
    },
    { onError: (error) => console.error(error) },
  )
  return {
    url: server.url,
    scheduler,
    client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      await server.stop(0)
      await scheduler.close()
      engine[Symbol.dispose]()
    },
  }
}
