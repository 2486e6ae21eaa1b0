import { linear, matmul } from '../tensor/ops/contraction.ts'
import { customGrad, stopGradient } from '../tensor/ops/control.ts'
import { add, compare, convert, exp, log, max, mul, neg, select, sub } from '../tensor/ops/elementwise.ts'
import { softmax } from '../tensor/ops/fused.ts'
import { gather, scatterAdd, takeAlong } from '../tensor/ops/indexing.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { largest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { hostPlan, type Plan } from './plan.ts'

export interface TokenLosses {
  /** Σ weight · nll, a scalar. */
  readonly total: Tensor
  /** Negative log-likelihood of each target in nats, [N], without gradient. */
  readonly nll_N: Tensor
}

/** What a chunk of tokens gives, f32: losses [n], cotangents of its hidden states and of the head. */
interface Chunk {
  readonly nll: Tensor
  readonly dHidden: Tensor
  readonly dHead: Tensor
}

/** softmax − one-hot, without touching the logits' size again: the one-hot part is a row of the head. */
export function hostChunk(h: Tensor, head: Tensor, target: Tensor, factor: Tensor): Chunk {
  const p = softmax(linear(h, head))
  const expected = matmul(p, head)
  return {
    nll: neg(log(max(reshape(takeAlong(p, target, 1), [-1]), 1e-37))),
    dHidden: mul(sub(expected, gather(head, reshape(target, [-1]))), factor),
    dHead: matmul(p, mul(h, factor), { transposeX: true }),
  }
}

/** Tokens of which the logits are held at once. */
export const rowsOfChunk = (tokens: number, vocabSize: number, { logitElements }: Plan): number =>
  Math.max(1, Math.min(tokens, Math.floor(logitElements / vocabSize)))

/** softmax − one-hot in one pass, then narrow products with wide sums. */
function acceleratorChunk(h: Tensor, head: Tensor, target: Tensor, factor: Tensor): Chunk {
  const logits = linear(h, head, 'f32')
  const top = largest(logits, -1, true)
  const lse = add(log(sum(exp(sub(logits, top)), -1, true)), top)
  const isTarget = compare(iota(logits.shape, 1), broadcast(target, logits.shape), 'eq')
  const nll = sub(reshape(lse, [-1]), sum(select(isTarget, logits, 0), 1))
  const p = exp(sub(logits, lse))
  const dLogits = convert(mul(sub(p, convert(isTarget, 'f32')), factor), head.dtype)
  return {
    nll,
    dHidden: matmul(dLogits, head, { dtype: 'f32' }),
    dHead: matmul(dLogits, convert(h, head.dtype), { transposeX: true, dtype: 'f32' }),
  }
}

/**
 * Cross-entropy over the vocabulary, whose logits are made in chunks of tokens, their gradient in the same pass, so that
 * they are never held whole.
 *
 * @param hidden_ND final hidden states  @param head_VD output embedding  @param targets_N i32  @param weight_N factor of each token
 */
export function crossEntropy(
  hidden_ND: Tensor,
  head_VD: Tensor,
  targets_N: Tensor,
  weight_N: Tensor,
  plan: Plan = hostPlan,
): TokenLosses {
  const N = hidden_ND.shape[0]!
  const rows = rowsOfChunk(N, head_VD.shape[0]!, plan)
  const onHost = plan.dtype === 'f32'
  const [total, nll_N] = customGrad(
    [hidden_ND, head_VD, targets_N, weight_N],
    (h, head, targets, weight) => {
      const chunks: Chunk[] = []
      for (let start = 0; start < N; start += rows) {
        const end = Math.min(start + rows, N)
        const target = reshape(slice(targets!, 0, start, end), [end - start, 1])
        const factor = reshape(slice(weight!, 0, start, end), [end - start, 1])
        chunks.push((onHost ? hostChunk : acceleratorChunk)(slice(h!, 0, start, end), head!, target, factor))
      }
      const join = (pick: (chunk: Chunk) => Tensor): Tensor => concat(chunks.map(pick), 0)
      const nll = stopGradient(join((chunk) => chunk.nll))
      const dHead = chunks.map((chunk) => chunk.dHead).reduce((total, part) => add(total, part))
      const push = (): Tensor => neg(mul(h!, reshape(weight!, [N, 1])))
      return [
        sum(mul(nll, weight!)),
        nll,
        join((chunk) => chunk.dHidden),
        onHost ? scatterAdd(dHead, targets!, push()) : dHead,
      ]
    },
    ([h, head], [, , dHidden, dHead], [g]) =>
      g
        ? [convert(mul(dHidden!, g), h!.dtype), convert(mul(dHead!, g), head!.dtype), null, null]
        : [null, null, null, null],
    2,
  )
  return { total: total!, nll_N: nll_N! }
}

/** Logits of every token, for evaluation and parity. */
export const logits = (hidden_ND: Tensor, head_VD: Tensor): Tensor => linear(hidden_ND, head_VD)
