import { compare, div, max, mul, select, sqrt } from '../tensor/ops/elementwise.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { broadcast, concat, reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** γ_h = τ / S_h for heads whose largest logit exceeds τ, else 1. @param maxLogits_H @param tau scalar */
export const clipFactors = (maxLogits_H: Tensor, tau: Tensor): Tensor =>
  select(compare(maxLogits_H, tau, 'gt'), div(tau, max(maxLogits_H, 1e-6)), 1)

export interface HeadPart {
  /** Rows of the part in each head. */
  readonly size: number
  /** Factor of each head, [H]. */
  readonly factor: Tensor
}

/** Takes from the factors of all rows those of the rows that a device has. */
export type OwnRows = (rows: Tensor) => Tensor

/** Multiplies the rows of each head, part by part. @param w [H · Σ size, in], or a device's share of its rows */
function scaleHeads(w: Tensor, parts: readonly HeadPart[], ownRows: OwnRows = (rows) => rows): Tensor {
  const heads = parts[0]!.factor.shape[0]!
  const rows = concat(
    parts.map(({ size, factor }) => broadcast(reshape(factor, [heads, 1]), [heads, size])),
    1,
  )
  return mul(w, reshape(ownRows(reshape(rows, [-1])), [w.shape[0]!, 1]))
}

/**
 * QK-Clip for latent attention (K2 report §2.1): a clipped head's logits shrink by γ. The rope key is shared by all heads,
 * so the whole γ of that part goes to its queries.
 *
 * @param queryUp `q_b_proj` (or `q_proj`) [H·(nope+rope), in]  @param keyValueUp `kv_b_proj` [H·(nope+value), latent]
 */
export function clipLatentAttention(
  queryUp: Tensor,
  keyValueUp: Tensor,
  gamma_H: Tensor,
  widths: { readonly nope: number; readonly rope: number; readonly value: number },
  ownRows: { readonly query?: OwnRows; readonly keyValue?: OwnRows } = {},
): { queryUp: Tensor; keyValueUp: Tensor } {
  const root = sqrt(gamma_H)
  const one = broadcast(scalar(1), gamma_H.shape)
  return {
    queryUp: scaleHeads(
      queryUp,
      [
        { size: widths.nope, factor: root },
        { size: widths.rope, factor: gamma_H },
      ],
      ownRows.query,
    ),
    keyValueUp: scaleHeads(
      keyValueUp,
      [
        { size: widths.nope, factor: root },
        { size: widths.value, factor: one },
      ],
      ownRows.keyValue,
    ),
  }
}

/** QK-Clip for plain multi-head attention: √γ on the queries and √γ on the keys. @param query, key [H·width, in] */
export function clipMultiHeadAttention(
  query: Tensor,
  key: Tensor,
  gamma_H: Tensor,
): { query: Tensor; key: Tensor } {
  const part = { size: query.shape[0]! / gamma_H.shape[0]!, factor: sqrt(gamma_H) }
  return { query: scaleHeads(query, [part]), key: scaleHeads(key, [part]) }
}
