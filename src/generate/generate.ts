import type { Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { hostPlan, type Plan } from '../nn/plan.ts'
import { uniform } from '../tensor/random.ts'
import { UserError } from '../user-error.ts'
import { chosenRows } from './chosen-rows.ts'
import { createDecodePrograms } from './decode-programs.ts'
import { type Ending, placesFor } from './decode-shape.ts'
import { type Decoding, startDecoding } from './decoding.ts'
import { type GeneratorParameters, generatorWeights } from './generator-weights.ts'
import { type SamplingOptions, sample } from './sampler.ts'

export interface BatchOptions extends Partial<SamplingOptions> {
  /** Most tokens to generate. */
  readonly maxTokens: number
  /** Only ids below it are generated, where the tokenizer has fewer than the model; all of the model's without it. */
  readonly vocabSize?: number
  /** Ids that end a text; they are not given out. */
  readonly stop?: readonly number[]
  /** Aborting makes the iteration throw the signal's reason before the next token. */
  readonly signal?: AbortSignal
}

/** The beginning of a text. */
export interface Beginning {
  /** Token ids to go on from, at least one. */
  readonly prompt: readonly number[]
  /** The same seed gives the same tokens. Default 0. */
  readonly seed?: number
}

export interface GenerateOptions extends BatchOptions, Beginning {}

export interface GeneratorOptions {
  /** What the model is computed in; the host's plan without it. */
  readonly plan?: Plan
  /**
   * Where tokens are chosen. On the device (float32) no step waits for the host; the host's way (double precision) is
   * the default.
   */
  readonly choice?: 'host' | 'device'
}

/** A model that writes; several texts may be under way at once. */
export interface TokenGenerator {
  /**
   * Token ids one by one; temperature 1 and all tokens unless `options` say otherwise.
   *
   * @throws UserError for an empty prompt, ids outside the vocabulary, and more tokens than the model has positions
   */
  generate(options: GenerateOptions): AsyncGenerator<number, void>
  /**
   * Several texts together, each as it would be alone up to rounding: every step gives one id for each text, and
   * undefined for those that ended.
   *
   * @throws UserError as `generate`
   */
  generateBatch(
    texts: readonly Beginning[],
    options: BatchOptions,
  ): AsyncGenerator<readonly (number | undefined)[], void>
  [Symbol.dispose](): void
}

function checkOptions(c: K2Config, options: GenerateOptions): void {
  const { prompt, maxTokens, temperature = 1, topP = 1 } = options
  const strange = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= c.vocabSize)
  if (prompt.length === 0) throw new UserError('generate: the prompt has no tokens')
  if (strange !== undefined)
    throw new UserError(`generate: token id ${strange} of the prompt is outside 0 … ${c.vocabSize - 1}`)
  if (!Number.isInteger(maxTokens) || maxTokens < 0)
    throw new UserError(`generate: cannot generate ${maxTokens} tokens; give a whole number from 0 on`)
  if (prompt.length + maxTokens > c.maxPositionEmbeddings)
    throw new UserError(
      `generate: ${prompt.length} tokens of prompt and ${maxTokens} new ones are more than the model's ${c.maxPositionEmbeddings} positions`,
    )
  if (!(temperature >= 0 && temperature < Infinity))
    throw new UserError(`generate: the temperature ${temperature} is not a number from 0 on`)
  if (!(topP > 0 && topP <= 1)) throw new UserError(`generate: top-p ${topP} is not above 0 and up to 1`)
}

/** Logits are read at each step, and tokens are chosen here. */
async function* sampledRows(
  decoding: Decoding,
  prompts: readonly (readonly number[])[],
  count: number,
  seeds: readonly number[],
  options: SamplingOptions & { readonly vocabSize: number },
): AsyncGenerator<readonly number[], void> {
  let next = prompts
  for (let step = 0; step < count; step++) {
    using buffer = await decoding.feed(next)
    const logits = (await buffer.read()) as Float32Array
    const rows = seeds.map((seed, b) => {
      const start = b * buffer.shape[1]!
      return sample(logits.subarray(start, start + options.vocabSize), options, uniform(seed, step))
    })
    yield rows
    next = rows.map((id) => [id])
  }
}

/**
 * Prepares a model for generation on an engine. Programs are compiled when first needed and kept.
 *
 * @param parameters weights, which are uploaded and disposed with the generator; or a function that gives the engine's
 *   buffers and is called for each text, so that a trainer can sample from the weights that it holds, between steps
 */
export function createGenerator(
  engine: Engine,
  config: K2Config,
  parameters: GeneratorParameters,
  { plan = hostPlan, choice = 'host' }: GeneratorOptions = {},
): TokenGenerator {
  const programs = createDecodePrograms(engine, config, plan)
  const weights = generatorWeights(engine, config, plan, parameters)

  async function* generateBatch(
    texts: readonly Beginning[],
    options: BatchOptions,
  ): AsyncGenerator<readonly (number | undefined)[], void> {
    for (const { prompt } of texts) checkOptions(config, { ...options, prompt })
    const { maxTokens, temperature = 1, topP = 1, stop = [], signal } = options
    if (maxTokens === 0 || texts.length === 0) return
    const prompts = texts.map(({ prompt }) => prompt)
    const seeds = texts.map(({ seed = 0 }) => seed)
    const vocabSize = Math.min(options.vocabSize ?? config.vocabSize, config.vocabSize)
    const ending: Ending =
      choice === 'host' ? 'logits' : temperature === 0 ? 'likeliest' : topP < 1 ? 'nucleus' : 'drawn'
    const longest = Math.max(...prompts.map((prompt) => prompt.length))
    using held = await weights.get()
    using decoding = startDecoding(engine, programs, held.buffers, {
      batch: texts.length,
      places: placesFor(longest + maxTokens, config),
      ending,
      vocabSize: choice === 'host' ? config.vocabSize : vocabSize,
      draw: { seeds, temperature, topP },
    })
    const rows =
      choice === 'host'
        ? sampledRows(decoding, prompts, maxTokens, seeds, { temperature, topP, vocabSize })
        : chosenRows(decoding, prompts, maxTokens)
    const ended = texts.map(() => false)
    signal?.throwIfAborted()
    for await (const ids of rows) {
      const given = Array.from(ids, (id, b) => {
        ended[b] ||= stop.includes(id)
        return ended[b] ? undefined : id
      })
      if (!ended.includes(false)) return
      yield given
      signal?.throwIfAborted()
    }
  }

  return {
    async *generate({ prompt, seed = 0, ...options }) {
      for await (const [id] of generateBatch([{ prompt, seed }], options)) yield id!
    },
    generateBatch,
    [Symbol.dispose]() {
      programs[Symbol.dispose]()
      weights[Symbol.dispose]()
    },
  }
}
