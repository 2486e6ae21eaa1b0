/**
 * sampler.ts as part of a program, so that the next step can begin before the host has seen its token. Sums are f32 here
 * and double precision there: the same random number gives the same token unless it falls on the border of two.
 * Legend: B sequences, V vocabulary.
 */
import { compare, convert, div, exp, min, mul, neg, select, sub } from '../tensor/ops/elementwise.ts'
import { argsort, takeAlong } from '../tensor/ops/indexing.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { argMax, cumsum, largest, smallest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** `likeliest`: temperature 0; `drawn` from all tokens; `nucleus`: drawn from the likeliest ones, top-p below 1. */
export type Choice = 'likeliest' | 'drawn' | 'nucleus'

export interface Draw {
  /** In [0, 1), f32 [B]. */
  readonly uniform_B: Tensor
  /** Above 0, f32 []. */
  readonly temperature: Tensor
  /** f32 []; used by `nucleus` only. */
  readonly topP: Tensor
}

/** Stands for a token where logits are not numbers. */
export const damaged = -1

/** The first index whose weights, with those before it, sum to more than the share u of all; weights may be 0. */
function drawnIndex(weights_BV: Tensor, u_B: Tensor): Tensor {
  const { shape } = weights_BV
  const sums_BV = cumsum(weights_BV, 1)
  const target_B1 = mul(largest(sums_BV, 1, true), reshape(u_B, [-1, 1]))
  const passed_B = sum(convert(compare(sums_BV, broadcast(target_B1, shape), 'le'), 'i32'), 1)
  // Rounding may leave a sliver above the last one.
  const last_B = largest(select(compare(weights_BV, 0, 'gt'), iota(shape, 1), 0), 1)
  return min(passed_B, last_B)
}

function nucleusIndex(weights_BV: Tensor, { uniform_B, topP }: Draw): Tensor {
  const order_BV = argsort(neg(weights_BV))
  const sorted_BV = takeAlong(weights_BV, order_BV, 1)
  const before_BV = sub(cumsum(sorted_BV, 1), sorted_BV)
  const mass_B1 = mul(sum(weights_BV, 1, true), topP)
  const kept_BV = select(compare(before_BV, broadcast(mass_B1, sorted_BV.shape), 'lt'), sorted_BV, 0)
  return reshape(takeAlong(order_BV, reshape(drawnIndex(kept_BV, uniform_B), [-1, 1]), 1), [-1])
}

/** The next token of each sequence, i32 [B]; {@link damaged} where a logit is NaN or infinite. `likeliest` needs no draw. */
export function chosenIds(logits_BV: Tensor, choice: Choice, draw?: Draw): Tensor {
  const ids_B =
    choice === 'likeliest' || draw === undefined ? argMax(logits_BV, 1) : drawnIds(logits_BV, choice, draw)
  const sound_BV = compare(logits_BV, Number.POSITIVE_INFINITY, 'lt')
  const sound_B = compare(smallest(convert(sound_BV, 'i32'), 1), 1, 'eq')
  return select(sound_B, ids_B, damaged)
}

function drawnIds(logits_BV: Tensor, choice: Choice, draw: Draw): Tensor {
  const weights_BV = exp(div(sub(logits_BV, largest(logits_BV, 1, true)), draw.temperature))
  return choice === 'drawn' ? drawnIndex(weights_BV, draw.uniform_B) : nucleusIndex(weights_BV, draw)
}
