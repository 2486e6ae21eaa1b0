/**
 * Causal attention that keeps one number a query for the backward pass, the log-sum-exp of its scores (FlashAttention, Dao
 * et al. 2022). Engines with a kernel under these names use it; the bodies say what it computes.
 * Legend: B sequences, T positions, H heads, K width of queries and keys, V width of values.
 */
import { matmul } from '../tensor/ops/contraction.ts'
import { cond, customGrad, kernel, stopGradient } from '../tensor/ops/control.ts'
import { add, compare, convert, exp, log, max, mul, select, sub } from '../tensor/ops/elementwise.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { largest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, pad, reshape, slice, transpose } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { hidden } from './attention.ts'

const heads = (x: Tensor): Tensor => transpose(x, [0, 2, 1, 3])

/** Scores of queries `start …` against the keys up to their end, f32, `hidden` where a query must not see. */
function scoresOf(q_BHQK: Tensor, k_BHTK: Tensor, start: number, scale: number): Tensor {
  const [B, H, Q] = q_BHQK.shape as [number, number, number]
  const end = start + Q
  const products = matmul(q_BHQK, slice(k_BHTK, 2, 0, end), { transposeY: true, dtype: 'f32' })
  const seen = compare(iota([Q, end], 1), add(iota([Q, end], 0), start), 'le')
  return select(broadcast(seen, [B, H, Q, end], [2, 3]), mul(products, scale), hidden)
}

/** Queries of a block: scores exist for one block at a time. */
const blockLength = 512

const blockStarts = (length: number): number[] =>
  Array.from({ length: Math.ceil(length / blockLength) }, (_, i) => i * blockLength)

const blockOf = (x_BHT_: Tensor, start: number): Tensor =>
  slice(x_BHT_, 2, start, Math.min(start + blockLength, x_BHT_.shape[2]!))

/** Output [B,T,H,V] and log-sum-exp of the scaled scores [B,H,T], f32. */
function attend(q_BTHK: Tensor, k_BTHK: Tensor, v_BTHV: Tensor, scale: number): readonly Tensor[] {
  const [q, k, v] = [heads(q_BTHK), heads(k_BTHK), heads(v_BTHV)]
  const parts = blockStarts(q.shape[2]!).map((start) => {
    const scores = scoresOf(blockOf(q, start), k, start, scale)
    const top = largest(scores, -1, true)
    const lse = add(log(sum(exp(sub(scores, top)), -1, true)), top)
    const weights = convert(exp(sub(scores, lse)), v.dtype)
    return {
      output: matmul(weights, slice(v, 2, 0, scores.shape[3]!)),
      lse: reshape(lse, lse.shape.slice(0, 3)),
    }
  })
  const output = concat(
    parts.map((part) => part.output),
    2,
  )
  const lse = concat(
    parts.map((part) => part.lse),
    2,
  )
  return [heads(output), lse]
}

/** Cotangents of q, k and v: dS = P ∘ (dO vᵀ − rowsum(dO ∘ O)). */
function attendGradient(
  [q_BTHK, k_BTHK, v_BTHV, lse_BHT, dO_BTHV, o_BTHV]: readonly Tensor[],
  scale: number,
): readonly Tensor[] {
  const [q, k, v, dO] = [q_BTHK!, k_BTHK!, v_BTHV!, dO_BTHV!].map(heads) as [Tensor, Tensor, Tensor, Tensor]
  const wide = (x: Tensor): Tensor => convert(x, 'f32')
  const along = sum(mul(wide(dO), wide(heads(o_BTHV!))), -1, true)
  const [B, H, T] = q.shape as [number, number, number]
  const lse = reshape(lse_BHT!, [B, H, T, 1])
  const total = (parts: readonly Tensor[]): Tensor => parts.reduce((sum, part) => add(sum, part))
  const upTo = (x: Tensor): Tensor => pad(x, [0, 0, 0, 0], [0, 0, T - x.shape[2]!, 0])
  const parts = blockStarts(T).map((start) => {
    const [qs, dOs] = [blockOf(q, start), blockOf(dO, start)]
    const scores = scoresOf(qs, k, start, scale)
    const weights = exp(sub(scores, blockOf(lse, start)))
    const end = scores.shape[3]!
    const dWeights = matmul(dOs, slice(v, 2, 0, end), { transposeY: true, dtype: 'f32' })
    const dScores = convert(mul(mul(weights, sub(dWeights, blockOf(along, start))), scale), q.dtype)
    return {
      dQ: matmul(dScores, slice(k, 2, 0, end)),
      dK: upTo(matmul(dScores, qs, { transposeX: true, dtype: 'f32' })),
      dV: upTo(matmul(convert(weights, dO.dtype), dOs, { transposeX: true, dtype: 'f32' })),
    }
  })
  const dQ = concat(
    parts.map((part) => part.dQ),
    2,
  )
  return [
    heads(dQ),
    heads(convert(total(parts.map((part) => part.dK)), k.dtype)),
    heads(convert(total(parts.map((part) => part.dV)), v.dtype)),
  ]
}

/** Each head's largest score over the pairs that attend, exactly, [H]. */
function exactMaxima(q_BTHK: Tensor, k_BTHK: Tensor, scale: number): Tensor {
  const [q, k] = [heads(q_BTHK), heads(k_BTHK)]
  const parts = blockStarts(q.shape[2]!).map((start) =>
    largest(scoresOf(blockOf(q, start), k, start, scale), [0, 2, 3]),
  )
  return parts.reduce((a, b) => max(a, b))
}

/**
 * Causal attention `softmax(scale · q kᵀ) v` and each head's largest score, which QK-Clip wants.
 *
 * A query's log-sum-exp is at least its largest score and at most ln T above it. So where no head's exceeds τ, none is
 * clipped and the log-sum-exp is returned; otherwise the largest scores are computed exactly. Either way the same heads
 * are clipped by the same factors.
 *
 * @param q_BTHK queries  @param k_BTHK keys  @param v_BTHV values  @param tau QK-Clip's threshold, scalar; without it
 * the bound is always returned
 * @returns output [B,T,H,V] and maxLogits [H], which are upper bounds where they are at most τ
 */
export function fusedCausalAttention(
  q_BTHK: Tensor,
  k_BTHK: Tensor,
  v_BTHV: Tensor,
  scale: number,
  tau: Tensor | null,
): { output_BTHV: Tensor; maxLogits_H: Tensor } {
  const [output, lse] = customGrad(
    [q_BTHK, k_BTHK, v_BTHV],
    (q, k, v) => kernel('causalAttention', { scale }, [q!, k!, v!], (q, k, v) => attend(q!, k!, v!, scale)),
    ([q, k, v], [o, lse], [dO]) =>
      dO
        ? kernel('causalAttentionGradient', { scale }, [q!, k!, v!, lse!, dO, o!], (...inputs) =>
            attendGradient(inputs, scale),
          )
        : [null, null, null],
  )
  const bound_H = largest(stopGradient(lse!), [0, 2])
  if (tau === null) return { output_BTHV: output!, maxLogits_H: bound_H }
  const [q, k] = [stopGradient(q_BTHK), stopGradient(k_BTHK)]
  const [maxima] = cond(
    compare(largest(bound_H), tau, 'gt'),
    () => [exactMaxima(q, k, scale)],
    () => [bound_H],
  )
  return { output_BTHV: output!, maxLogits_H: stopGradient(maxima!) }
}
