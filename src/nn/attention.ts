import { matmul } from '../tensor/ops/contraction.ts'
import { customGrad, stopGradient } from '../tensor/ops/control.ts'
import { add, and, compare, max, mul, select, sub } from '../tensor/ops/elementwise.ts'
import { softmax } from '../tensor/ops/fused.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { largest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, pad, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** Added to scores that a query must not see. Finite, so that a row of them alone has no NaN. */
export const hidden = -1e30

/** 0 where key j may be seen from query i (j ≤ i, and in the same document if ids are given), else `hidden`. */
export function attentionMask(batch: number, length: number, documents_BT: Tensor | null): Tensor {
  const causal = compare(iota([length, length], 1), iota([length, length], 0), 'le')
  if (documents_BT === null) return select(causal, 0, hidden)
  const shape = [batch, 1, length, length]
  const row = broadcast(reshape(documents_BT, [batch, 1, length, 1]), shape)
  const column = broadcast(reshape(documents_BT, [batch, 1, 1, length]), shape)
  return select(and(broadcast(causal, shape), compare(row, column, 'eq')), 0, hidden)
}

/** Queries of a block: no block looks at keys that all its queries must not see. */
const blockLength = 128

interface Block {
  readonly start: number
  readonly end: number
}

/** Blocks of queries; one where the length is short or no multiple. */
const blocksOf = (length: number): Block[] =>
  length % blockLength === 0
    ? Array.from({ length: length / blockLength }, (_, i) => ({
        start: i * blockLength,
        end: (i + 1) * blockLength,
      }))
    : [{ start: 0, end: length }]

const rowsOf = (x: Tensor, { start, end }: Block): Tensor => slice(x, -2, start, end)
const upTo = (x: Tensor, { end }: Block): Tensor => slice(x, -2, 0, end)

/** Sum of blocks that begin at the first key and end at different ones. */
const sumOfPrefixes = (parts: readonly Tensor[]): Tensor =>
  parts.reduce((total, part) =>
    add(pad(total, [0, 0, 0, 0], [0, 0, part.shape[2]! - total.shape[2]!, 0]), part),
  )

/**
 * Causal attention `softmax(scale · q kᵀ + mask) v` with each head's largest unmasked score, which QK-Clip wants. Queries go
 * block by block, each against the keys up to its end, which leaves out most of the upper triangle.
 *
 * Gradient after FlashAttention (Dao et al. 2022): dS = P ∘ (dO vᵀ − rowsum(dO ∘ O)), so the T×T tensors are passed over
 * three times backwards instead of five.
 *
 * @param q [B,H,T,K]  @param k [B,H,T,K]  @param v [B,H,T,V]
 * @param mask broadcastable to [B,H,T,T], 0 or `hidden`; `hidden` for keys after the query
 * @returns output [B,H,T,V] and maxLogits [H]
 */
export function causalAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor,
  scale: number,
): { output: Tensor; maxLogits: Tensor } {
  const blocks = blocksOf(q.shape[2]!)
  const [output, maxima] = customGrad(
    [q, k, v, mask],
    (q, k, v, mask) => {
      const parts = blocks.map((block) => {
        const products = mul(matmul(rowsOf(q!, block), upTo(k!, block), { transposeY: true }), scale)
        const scores = add(products, slice(rowsOf(mask!, block), -1, 0, block.end))
        const weights = softmax(scores)
        return {
          weights,
          output: matmul(weights, upTo(v!, block)),
          maxima: largest(largest(scores, -1), [0, 2]),
        }
      })
      const joined = concat(
        parts.map((part) => part.output),
        2,
      )
      const highest = parts.map((part) => part.maxima).reduce((a, b) => max(a, b))
      return [joined, stopGradient(highest), ...parts.map((part) => part.weights)]
    },
    ([q, k, v], [output, , ...weights], [dOutput]) => {
      if (!dOutput) return [null, null, null, null]
      const along = sum(mul(dOutput, output!), -1, true)
      const parts = blocks.map((block, i) => {
        const dO = rowsOf(dOutput, block)
        const dWeights = matmul(dO, upTo(v!, block), { transposeY: true })
        const dScores = mul(weights[i]!, sub(dWeights, rowsOf(along, block)))
        return {
          dV: matmul(weights[i]!, dO, { transposeX: true }),
          dQ: mul(matmul(dScores, upTo(k!, block)), scale),
          dK: mul(matmul(dScores, rowsOf(q!, block), { transposeX: true }), scale),
        }
      })
      const dQ = concat(
        parts.map((part) => part.dQ),
        2,
      )
      return [
        dQ,
        sumOfPrefixes(parts.map((part) => part.dK)),
        sumOfPrefixes(parts.map((part) => part.dV)),
        null,
      ]
    },
    blocks.length,
  )
  return { output: output!, maxLogits: maxima! }
}
