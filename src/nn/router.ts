/**
 * Sigmoid router with bias-corrected, group-limited selection (DeepSeek-V3 `noaux_tc`; K2 report §2.3).
 * Legend: N tokens, E experts, K experts a token, G groups.
 */
import { linear, matmul } from '../tensor/ops/contraction.ts'
import { customGrad, stopGradient } from '../tensor/ops/control.ts'
import { add, compare, convert, div, logistic, mul, select, sub } from '../tensor/ops/elementwise.ts'
import { scatterAdd, scatterAlong, takeAlong, topK } from '../tensor/ops/indexing.ts'
import { iota, scalar } from '../tensor/ops/leaf.ts'
import { mean, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { K2Config } from './config.ts'

export interface Routing {
  /** Gate of each chosen expert. */
  readonly gates_NK: Tensor
  readonly experts_NK: Tensor
  /** Sigmoid scores of all experts. */
  readonly scores_NE: Tensor
  /** Tokens that each expert got, i32. */
  readonly load_E: Tensor
}

const ones = (shape: readonly number[], dtype: 'f32' | 'i32'): Tensor => broadcast(scalar(1, dtype), shape)

/** Minus infinity outside the `topkGroup` groups whose two best experts score highest together. */
function limitToGroups(biased_NE: Tensor, c: K2Config): Tensor {
  if (c.numGroups === 1) return biased_NE
  const [N, E] = biased_NE.shape as [number, number]
  const size = E / c.numGroups
  const byGroup = reshape(biased_NE, [N, c.numGroups, size])
  const groupScores = sum(topK(byGroup, Math.min(2, size)).values, -1)
  const chosen = topK(groupScores, c.topkGroup).indices
  const zero = broadcast(scalar(0), [N, c.numGroups])
  const open = compare(scatterAlong(zero, chosen, ones([N, c.topkGroup], 'f32'), 1), 0, 'gt')
  return reshape(
    select(broadcast(reshape(open, [N, c.numGroups, 1]), byGroup.shape), byGroup, Number.NEGATIVE_INFINITY),
    [N, E],
  )
}

/** How often each of `size` values occurs in i32 `ids`. */
export const histogram = (ids: Tensor, size: number): Tensor => {
  const flat = reshape(ids, [-1])
  return scatterAdd(broadcast(scalar(0, 'i32'), [size]), flat, ones(flat.shape, 'i32'))
}

/**
 * `x · wᵀ` of narrow activations and f32 weights in nearly f32: a weight is the sum of two narrow numbers, so that two
 * narrow products give what one wide product would, at their speed. The gradient's factors are narrow.
 */
function routerLogits(x_ND: Tensor, w_ED: Tensor): Tensor {
  if (x_ND.dtype === w_ED.dtype) return linear(x_ND, w_ED)
  const experts = w_ED.shape[0]!
  const [logits] = customGrad(
    [x_ND, w_ED],
    (x, w) => {
      const high = convert(w!, x!.dtype)
      const low = convert(sub(w!, convert(high, w!.dtype)), x!.dtype)
      const both = linear(x!, concat([high, low], 0), w!.dtype)
      return [add(slice(both, 1, 0, experts), slice(both, 1, experts, 2 * experts))]
    },
    ([x, w], _, [g]) => {
      if (!g) return [null, null]
      const narrow = convert(g, x!.dtype)
      return [
        matmul(narrow, convert(w!, x!.dtype)),
        matmul(narrow, x!, { transposeX: true, dtype: w!.dtype }),
      ]
    },
  )
  return logits!
}

/**
 * Chooses K experts a token by score + bias and weights them by score alone.
 *
 * @param w_ED router weights  @param bias_E correction bias, which has no gradient
 */
export function route(x_ND: Tensor, w_ED: Tensor, bias_E: Tensor, c: K2Config): Routing {
  const scores_NE = logistic(routerLogits(x_ND, w_ED))
  const biased = limitToGroups(stopGradient(add(scores_NE, bias_E)), c)
  const experts_NK = topK(biased, c.numExpertsPerToken).indices
  const chosen = takeAlong(scores_NE, experts_NK, 1)
  const normal = c.normTopkProb ? div(chosen, add(sum(chosen, -1, true), 1e-20)) : chosen
  return {
    gates_NK: mul(normal, c.routedScalingFactor),
    experts_NK,
    scores_NE,
    load_E: histogram(experts_NK, w_ED.shape[0]!),
  }
}

/**
 * Sequence-wise balance loss Σ_e f_e P_e averaged over the sequences, without its factor α (DeepSeek-V3 §2.1.2): f counts
 * how often an expert is among the K best by unbiased score, P is its mean share of the scores.
 */
export function balanceLoss(scores_NE: Tensor, batch: number, c: K2Config): Tensor {
  const [N, E] = scores_NE.shape as [number, number]
  const T = N / batch
  const best = topK(stopGradient(scores_NE), c.numExpertsPerToken).indices
  const offset = mul(iota([batch, T, 1], 0), E)
  const counts = histogram(add(reshape(best, [batch, T, c.numExpertsPerToken]), offset), batch * E)
  const f_BE = mul(reshape(convert(counts, 'f32'), [batch, E]), E / (c.numExpertsPerToken * T))
  const share = div(scores_NE, sum(scores_NE, -1, true))
  const p_BE = mean(reshape(share, [batch, T, E]), 1)
  return mul(sum(mul(f_BE, p_BE)), 1 / batch)
}
