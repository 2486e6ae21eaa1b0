/** Generation: speed of prompts and of single tokens, beside what the device's memory allows. */
import type { DeviceBuffer, Engine } from '../../src/engine/engine.ts'
import { chosenRows } from '../../src/generate/chosen-rows.ts'
import { computeTypes } from '../../src/generate/compute-buffers.ts'
import { createDecodePrograms, type DecodePrograms } from '../../src/generate/decode-programs.ts'
import { blockFor, placesFor } from '../../src/generate/decode-shape.ts'
import { startDecoding } from '../../src/generate/decoding.ts'
import type { K2Config } from '../../src/nn/config.ts'
import { kvBytesPerToken } from '../../src/nn/counts.ts'
import { acceleratorPlan } from '../../src/nn/plan.ts'
import { uniform } from '../../src/tensor/random.ts'
import { byteSize, type Type } from '../../src/tensor/types.ts'
import { type Filled, filled } from './fill.ts'

/** In the form of the Python peers' figures. */
export interface DecodeFigure {
  readonly name: string
  /** Of a step. */
  readonly milliseconds: { readonly median: number; readonly best: number; readonly count: number }
  /** Of the time, how long the host's thread was busy. */
  readonly hostShare: number
  readonly compileSeconds: number
  /** Of all sequences, after each one's first token. */
  readonly tokensPerSecond: number
  /** From the prompts on the host to the first tokens on the host. */
  readonly promptMilliseconds: number
  /** Bytes that a step must read, see `stepBytes`. */
  readonly stepBytes: number
  /** Tokens/s if a step took only the time to read them. */
  readonly bandwidthBound: number
  readonly shareOfBound: number
}

export interface DecodeOptions {
  readonly batches?: readonly number[]
  readonly prompt?: number
  readonly tokens?: number
  readonly rounds?: number
}

/** Bytes/s that an H100 SXM's memory is specified to give. */
const bandwidth = 3.35e12

const isRouterBias = (name: string): boolean => name.endsWith('e_score_correction_bias')

/** Random weights in the form that decoding wants; biases that are 0 leave the choice of experts to the tokens. */
const weightFill = ([name, { dtype, shape }]: [string, Type]): Filled => ({
  dtype,
  shape,
  size: isRouterBias(name) ? 0 : shape.length === 1 ? 1 : 0.03,
})

/**
 * Bytes that a step must read: every weight once, of the routed experts those that `batch` tokens choose if they choose
 * evenly, E (1 − (1 − K/E)^batch) of E; a row of the embedding for each sequence; and the latents and rope keys of the
 * tokens so far. Activations are small, and what is written too.
 */
export function stepBytes(c: K2Config, batch: number, length: number): number {
  const chosen = 1 - (1 - c.numExpertsPerToken / c.numRoutedExperts) ** batch
  let bytes = batch * length * kvBytesPerToken(c)
  for (const [name, type] of computeTypes(c, acceleratorPlan)) {
    if (name === 'model.embed_tokens.weight') bytes += (batch * byteSize(type)) / c.vocabSize
    else bytes += byteSize(type) * (type.shape.length === 3 ? chosen : 1)
  }
  return bytes
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

interface Round {
  readonly promptMilliseconds: number
  readonly stepMilliseconds: number
  /** Of the host's thread while single tokens were made. */
  readonly hostShare: number
}

/** One generation of `tokens` tokens after the first, by the way that `tsukimi generate` goes at temperature 0. */
async function round(
  engine: Engine,
  programs: DecodePrograms,
  weights: readonly DeviceBuffer[],
  prompts: readonly (readonly number[])[],
  tokens: number,
): Promise<Round> {
  const places = placesFor(prompts[0]!.length + tokens + 1, programs.config)
  using decoding = startDecoding(engine, programs, weights, {
    batch: prompts.length,
    places,
    ending: 'likeliest',
  })
  const start = performance.now()
  let first = 0
  let before = performance.eventLoopUtilization()
  for await (const _ of chosenRows(decoding, prompts, tokens + 1)) {
    if (first > 0) continue
    first = performance.now()
    before = performance.eventLoopUtilization()
  }
  return {
    promptMilliseconds: first - start,
    stepMilliseconds: (performance.now() - first) / tokens,
    hostShare: performance.eventLoopUtilization(before).utilization,
  }
}

async function figure(
  engine: Engine,
  programs: DecodePrograms,
  weights: readonly DeviceBuffer[],
  batch: number,
  { prompt, tokens, rounds }: Required<DecodeOptions>,
): Promise<DecodeFigure> {
  const { config: c, plan } = programs
  const shape = {
    batch,
    places: placesFor(prompt + tokens + 1, c),
    ending: 'likeliest',
    vocabSize: c.vocabSize,
  } as const
  const began = performance.now()
  await programs.get({ ...shape, block: blockFor(prompt, shape, c, plan) })
  const step = await programs.get({ ...shape, block: 1 })
  const compileSeconds = (performance.now() - began) / 1000
  const prompts = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: prompt }, (_, t) => Math.floor(uniform(b, t) * c.vocabSize)),
  )
  const once = () => round(engine, programs, weights, prompts, tokens)
  await once()
  const made: Round[] = []
  for (let i = 0; i < rounds; i++) made.push(await once())
  const times = made.map(({ stepMilliseconds }) => stepMilliseconds)
  const median = middle(times)
  const bytes = stepBytes(c, batch, prompt + tokens / 2)
  const tokensPerSecond = (batch / median) * 1e3
  const bandwidthBound = (batch * bandwidth) / bytes
  const result: DecodeFigure = {
    name: `decode batch ${batch}`,
    compileSeconds,
    milliseconds: { median, best: Math.min(...times), count: rounds * tokens },
    hostShare: middle(made.map(({ hostShare }) => hostShare)),
    tokensPerSecond,
    promptMilliseconds: middle(made.map(({ promptMilliseconds }) => promptMilliseconds)),
    stepBytes: bytes,
    bandwidthBound,
    shareOfBound: tokensPerSecond / bandwidthBound,
  }
  console.log(
    `${result.name.padEnd(34)} ${median.toFixed(3).padStart(10)} ms a step (best ${result.milliseconds.best.toFixed(3)})  ` +
      `${Math.round(tokensPerSecond)} tokens/s  host ${(100 * result.hostShare).toFixed(1)}%  compiled in ${compileSeconds.toFixed(1)} s`,
  )
  console.log(
    `  ${prompt} tokens of prompt in ${result.promptMilliseconds.toFixed(1)} ms; a step reads ${(bytes / 1e6).toFixed(0)} MB, ` +
      `at 3.35 TB/s ${((bytes / bandwidth) * 1e3).toFixed(3)} ms, ${Math.round(bandwidthBound)} tokens/s: ` +
      `${(100 * result.shareOfBound).toFixed(1)}% of it; memory ${JSON.stringify(step.memory())}`,
  )
  return result
}

/** Tokens a second of each batch size: prompts of 512 tokens, 128 new ones after the first, greedy, all on the device. */
export async function decodeFigures(
  engine: Engine,
  c: K2Config,
  { batches = [1, 64], prompt = 512, tokens = 128, rounds = 3 }: DecodeOptions = {},
): Promise<DecodeFigure[]> {
  const weights = await filled(engine, [...computeTypes(c, acceleratorPlan)].map(weightFill))
  const figures: DecodeFigure[] = []
  try {
    for (const batch of batches) {
      using programs = createDecodePrograms(engine, c, acceleratorPlan)
      figures.push(await figure(engine, programs, weights, batch, { batches, prompt, tokens, rounds }))
    }
  } finally {
    for (const buffer of weights) buffer[Symbol.dispose]()
  }
  return figures
}
