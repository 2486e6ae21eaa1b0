import type { K2Config } from '../nn/config.ts'
import { cacheWidth } from '../nn/mla-decode.ts'
import type { Plan } from '../nn/plan.ts'
import type { Type } from '../tensor/types.ts'
import type { Choice } from './chosen-ids.ts'

/** What a decoding program ends with: logits f32 [B, V], or each sequence's next token, i32 [B, 1]. */
export type Ending = 'logits' | Choice

/** What a program is compiled for. */
export interface DecodeShape {
  /** Sequences. */
  readonly batch: number
  /** New tokens of each sequence. */
  readonly block: number
  /** Tokens that the caches hold. */
  readonly places: number
  readonly ending: Ending
  /** Only ids below it are chosen. */
  readonly vocabSize: number
}

/**
 * New tokens are taken in blocks of these sizes, the last one filled up, so that few programs are compiled. A host's
 * blocks stay in its caches; an accelerator wants them long.
 */
const blockSizes = {
  blocks: [1, 16, 128],
  fused: [1, 16, 128, 512, 2048],
} as const satisfies Record<Plan['attention'], readonly number[]>

/** Attention scores of a layer that exist at once, 2 GB of them. */
const scoreElements = 2 ** 29
const fewestPlaces = 64

/** The block for the next of `left` tokens of each sequence. */
export function blockFor(
  left: number,
  { batch, places }: Pick<DecodeShape, 'batch' | 'places'>,
  c: K2Config,
  plan: Plan,
): number {
  const most = scoreElements / (batch * places * c.numAttentionHeads)
  const sizes = blockSizes[plan.attention].filter((size) => size === 1 || size <= most)
  return Math.min(sizes.find((size) => size >= left) ?? sizes.at(-1)!, places)
}

/**
 * Places of a cache for `tokens` tokens: a power of two up to 512, then in steps of a quarter of one, unless the model
 * ends before.
 */
export function placesFor(tokens: number, config: K2Config): number {
  const power = 2 ** Math.ceil(Math.log2(tokens))
  const step = power / 8
  const places = power > 512 ? Math.ceil(tokens / step) * step : power
  return Math.min(Math.max(fewestPlaces, places), config.maxPositionEmbeddings)
}

/** One for each layer. */
export const cacheTypes = (
  config: K2Config,
  { dtype }: Pick<Plan, 'dtype'>,
  { batch, places }: Pick<DecodeShape, 'batch' | 'places'>,
): Type[] =>
  Array.from({ length: config.numHiddenLayers }, () => ({
    dtype,
    shape: [batch, places, cacheWidth(config)],
  }))
