import { cond, customGrad } from '../tensor/ops/control.ts'
import { abs, add, compare, convert, mul, neg } from '../tensor/ops/elementwise.ts'
import { gather, scatterAdd } from '../tensor/ops/indexing.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { largest, sum } from '../tensor/ops/reduction.ts'
import { broadcast, concat, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { hostChunk, rowsOfChunk } from './loss.ts'
import { hostPlan, type Plan } from './plan.ts'
import { sortOrder } from './sort-order.ts'

/** Chunks are small enough that few tokens without weight share one with others. */
const leastChunks = 8

const zeros = (shape: readonly number[]): Tensor => broadcast(scalar(0), shape)

/**
 * Σ weight · nll as {@link crossEntropy} gives it, for batches of which most tokens weigh nothing, as in fine-tuning on
 * the assistant's turns: tokens that weigh something come first, and no logits are made for chunks of the others.
 *
 * @param hidden_ND final hidden states, f32  @param head_VD output embedding  @param targets_N i32  @param weight_N factor of each token
 */
export function weightedCrossEntropy(
  hidden_ND: Tensor,
  head_VD: Tensor,
  targets_N: Tensor,
  weight_N: Tensor,
  plan: Plan = hostPlan,
): Tensor {
  const [N] = hidden_ND.shape as [number]
  const rows = Math.min(rowsOfChunk(N, head_VD.shape[0]!, plan), Math.ceil(N / leastChunks))
  const [total] = customGrad(
    [hidden_ND, head_VD, targets_N, weight_N],
    (h, head, targets, weight) => {
      const { order: order_N, place: place_N } = sortOrder(convert(compare(weight!, 0, 'eq'), 'i32'))
      const [hs, ts, ws] = [h, targets, weight].map((x) => gather(x!, order_N)) as [Tensor, Tensor, Tensor]
      let [total, dHead] = [scalar(0), zeros(head!.shape)]
      const dHidden: Tensor[] = []
      for (let start = 0; start < N; start += rows) {
        const end = Math.min(start + rows, N)
        const weigh = slice(ws, 0, start, end)
        const part = cond(
          compare(largest(abs(weigh), 0), 0, 'gt'),
          () => {
            const column = (x: Tensor): Tensor => reshape(slice(x, 0, start, end), [end - start, 1])
            const chunk = hostChunk(slice(hs, 0, start, end), head!, column(ts), column(ws))
            return [add(total, sum(mul(chunk.nll, weigh))), add(dHead, chunk.dHead), chunk.dHidden]
          },
          () => [total, dHead, zeros([end - start, h!.shape[1]!])],
        )
        ;[total, dHead] = part as [Tensor, Tensor]
        dHidden.push(part[2]!)
      }
      const push = neg(mul(h!, reshape(weight!, [N, 1])))
      return [total, gather(concat(dHidden, 0), place_N), scatterAdd(dHead, targets!, push)]
    },
    (_, [, dHidden, dHead], [g]) =>
      g ? [mul(dHidden!, g), mul(dHead!, g), null, null] : [null, null, null, null],
    2,
  )
  return total!
}
