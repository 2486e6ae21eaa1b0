/**
 * Causal attention that keeps one number a query for the backward pass, the log-sum-exp of its scores (FlashAttention, Dao
 * et al. 2022). Engines with a kernel under these names use it; the bodies say what it computes.
 * Legend: B sequences, T positions, H heads, K width of queries and keys, V width of values.
 */
import { matmul } from '../tensor/ops/contraction.ts'
import { cond, customGrad, kernel, stopGradient } from '../tensor/ops/control.ts'
import { add, and, compare, convert, exp, log, max, mul, select, sub } from '../tensor/ops/elementwise.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { largest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, pad, reshape, slice, transpose } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { hidden } from './attention.ts'

const heads = (x: Tensor): Tensor => transpose(x, [0, 2, 1, 3])

interface Scoring {
  readonly scale: number
  /** Ids of documents that attention must not cross, [B,T], or null. */
  readonly documents_BT: Tensor | null
}

/** Scores of queries `start …` against the keys up to their end, f32, `hidden` where a query must not see. */
function scoresOf(q_BHQK: Tensor, k_BHTK: Tensor, start: number, { scale, documents_BT }: Scoring): Tensor {
  const [B, H, Q] = q_BHQK.shape as [number, number, number]
  const end = start + Q
  const shape = [B, H, Q, end]
  const products = matmul(q_BHQK, slice(k_BHTK, 2, 0, end), { transposeY: true, dtype: 'f32' })
  const earlier = broadcast(compare(iota([Q, end], 1), add(iota([Q, end], 0), start), 'le'), shape, [2, 3])
  const together = (documents: Tensor): Tensor => {
    const own = broadcast(slice(documents, 1, start, end), shape, [0, 2])
    return and(earlier, compare(own, broadcast(slice(documents, 1, 0, end), shape, [0, 3]), 'eq'))
  }
  const seen = documents_BT === null ? earlier : together(documents_BT)
  return select(seen, mul(products, scale), hidden)
}

/** Queries of a block: scores exist for one block at a time. */
const blockLength = 512

const blockStarts = (length: number): number[] =>
  Array.from({ length: Math.ceil(length / blockLength) }, (_, i) => i * blockLength)

const blockOf = (x_BHT_: Tensor, start: number): Tensor =>
  slice(x_BHT_, 2, start, Math.min(start + blockLength, x_BHT_.shape[2]!))

type Three = readonly [Tensor, Tensor, Tensor]

/** Output [B,T,H,V] and log-sum-exp of the scaled scores [B,H,T], f32. */
function attend([q_BTHK, k_BTHK, v_BTHV]: Three, scoring: Scoring): readonly Tensor[] {
  const [q, k, v] = [heads(q_BTHK), heads(k_BTHK), heads(v_BTHV)]
  const parts = blockStarts(q.shape[2]!).map((start) => {
    const scores = scoresOf(blockOf(q, start), k, start, scoring)
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
  scoring: Scoring,
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
    const scores = scoresOf(qs, k, start, scoring)
    const weights = exp(sub(scores, blockOf(lse, start)))
    const end = scores.shape[3]!
    const dWeights = matmul(dOs, slice(v, 2, 0, end), { transposeY: true, dtype: 'f32' })
    const dScores = convert(mul(mul(weights, sub(dWeights, blockOf(along, start))), scoring.scale), q.dtype)
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
function exactMaxima(q_BTHK: Tensor, k_BTHK: Tensor, scoring: Scoring): Tensor {
  const [q, k] = [heads(q_BTHK), heads(k_BTHK)]
  const parts = blockStarts(q.shape[2]!).map((start) =>
    largest(scoresOf(blockOf(q, start), k, start, scoring), [0, 2, 3]),
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
 * @param documents_BT i32 ids of documents that attention must not cross; engines have no kernel for them
 * @returns output [B,T,H,V] and maxLogits [H], which are upper bounds where they are at most τ
 */
export function fusedCausalAttention(
  q_BTHK: Tensor,
  k_BTHK: Tensor,
  v_BTHV: Tensor,
  scale: number,
  tau: Tensor | null,
  documents_BT: Tensor | null = null,
): { output_BTHV: Tensor; maxLogits_H: Tensor } {
  const named = documents_BT === null ? 'causalAttention' : 'documentAttention'
  const extra = documents_BT === null ? [] : [documents_BT]
  /** What comes after the first `count` inputs. */
  const scoringOf = (inputs: readonly Tensor[], count: number): Scoring => ({
    scale,
    documents_BT: inputs[count] ?? null,
  })
  const [output, lse] = customGrad(
    [q_BTHK, k_BTHK, v_BTHV, ...extra],
    (...inputs) =>
      kernel(named, { scale }, inputs, (...inner) => attend(inner as unknown as Three, scoringOf(inner, 3))),
    (inputs, [o, lse], [dO]) => {
      if (!dO) return inputs.map(() => null)
      const [q, k, v, ...documents] = inputs as [Tensor, Tensor, Tensor, ...Tensor[]]
      const given = [q, k, v, lse!, dO, o!, ...documents]
      const cotangents = kernel(`${named}Gradient`, { scale }, given, (...inner) =>
        attendGradient(inner, scoringOf(inner, 6)),
      )
      return [...cotangents, ...documents.map(() => null)]
    },
  )
  const bound_H = largest(stopGradient(lse!), [0, 2])
  if (tau === null) return { output_BTHV: output!, maxLogits_H: bound_H }
  const [q, k] = [stopGradient(q_BTHK), stopGradient(k_BTHK)]
  const [maxima] = cond(
    compare(largest(bound_H), tau, 'gt'),
    () => [exactMaxima(q, k, { scale, documents_BT })],
    () => [bound_H],
  )
  return { output_BTHV: output!, maxLogits_H: stopGradient(maxima!) }
}
