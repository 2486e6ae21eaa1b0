/**
 * Multi-head latent attention (K2 report §2.3, DeepSeek-V2 §2.1).
 * Legend: B sequences, T positions, N = B·T tokens, D hidden, H heads, C nope width, R rope width, V value width, L latent rank.
 */
import { linear } from '../tensor/ops/contraction.ts'
import { broadcast, concat, reshape, slice, transpose } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { attentionMask, causalAttention } from './attention.ts'
import { type K2Config, qkHeadDim } from './config.ts'
import { fusedCausalAttention } from './fused-attention.ts'
import { type Params, param } from './params.ts'
import { hostPlan, type Plan } from './plan.ts'
import { rmsNorm } from './rms-norm.ts'
import { rotate, softmaxScale } from './rope.ts'

/** Weights of heads of two parts, `[H·(first+second), in]`, as two matrices `[H·first, in]` and `[H·second, in]`. */
function splitHeads(w: Tensor, heads: number, first: number, second: number): readonly [Tensor, Tensor] {
  const into = w.shape[1]!
  const byHead = reshape(w, [heads, first + second, into])
  return [
    reshape(slice(byHead, 1, 0, first), [heads * first, into]),
    reshape(slice(byHead, 1, first, first + second), [heads * second, into]),
  ]
}

export interface Positions {
  readonly batch: number
  readonly length: number
  /** [T, 1, R] each. */
  readonly cos: Tensor
  readonly sin: Tensor
  /** Broadcastable to [B, H, T, T]; null where only what comes later is hidden. */
  readonly mask: Tensor | null
  /** Ids of documents that attention must not cross, i32 [B, T], or null. */
  readonly documents_BT: Tensor | null
}

/** Queries of every head, `nope [N, H·C]` and `rope [N, H·R]` before rotation. */
function queries(params: Params, prefix: string, x_ND: Tensor, c: K2Config): { nope: Tensor; rope: Tensor } {
  const at = (name: string) => param(params, `${prefix}.${name}.weight`)
  const [source, weight] =
    c.qLoraRank === null
      ? [x_ND, at('q_proj')]
      : [rmsNorm(linear(x_ND, at('q_a_proj')), at('q_a_layernorm'), c.rmsNormEps), at('q_b_proj')]
  const heads = weight.shape[0]! / qkHeadDim(c)
  const [nope, rope] = splitHeads(weight, heads, c.qkNopeHeadDim, c.qkRopeHeadDim)
  return { nope: linear(source, nope), rope: linear(source, rope) }
}

/** What decoding caches: the normalised latent [N, L] and the shared rope key [N, R] before rotation. */
function latents(
  params: Params,
  prefix: string,
  x_ND: Tensor,
  c: K2Config,
): { latent: Tensor; ropeKey: Tensor } {
  const at = (name: string) => param(params, `${prefix}.${name}.weight`)
  const down = at('kv_a_proj_with_mqa')
  const latent = rmsNorm(linear(x_ND, slice(down, 0, 0, c.kvLoraRank)), at('kv_a_layernorm'), c.rmsNormEps)
  return { latent, ropeKey: linear(x_ND, slice(down, 0, c.kvLoraRank, c.kvLoraRank + c.qkRopeHeadDim)) }
}

/** Attention in the form that the plan wants: output [B,T,H,V] and each head's largest logit. */
function attend(
  [q_BTHK, k_BTHK, v_BTHV]: readonly [Tensor, Tensor, Tensor],
  { batch: B, length: T, mask, documents_BT }: Positions,
  scale: number,
  attention: Plan['attention'],
  tau: Tensor | null,
): { output_BTHV: Tensor; maxLogits_H: Tensor } {
  if (attention === 'fused') return fusedCausalAttention(q_BTHK, k_BTHK, v_BTHV, scale, tau, documents_BT)
  const toHeads = (x: Tensor) => transpose(x, [0, 2, 1, 3])
  const hidden = mask ?? attentionMask(B, T, null)
  const { output, maxLogits } = causalAttention(
    toHeads(q_BTHK),
    toHeads(k_BTHK),
    toHeads(v_BTHV),
    hidden,
    scale,
  )
  return { output_BTHV: toHeads(output), maxLogits_H: maxLogits }
}

/**
 * Attention over whole sequences, with keys and values made from the latents. Of weights that are cut by heads, H are
 * this device's heads, and y_ND is its part of the sum.
 *
 * @param tau QK-Clip's threshold, below which largest logits need only be bounds
 * @returns y_ND and each head's largest logit [H]
 */
export function multiHeadLatentAttention(
  params: Params,
  prefix: string,
  x_ND: Tensor,
  at: Positions,
  c: K2Config,
  plan: Plan = hostPlan,
  tau: Tensor | null = null,
): { y_ND: Tensor; maxLogits_H: Tensor } {
  const { batch: B, length: T } = at
  const keyValueUp = param(params, `${prefix}.kv_b_proj.weight`)
  const H = keyValueUp.shape[0]! / (c.qkNopeHeadDim + c.vHeadDim)
  const byHead = (x: Tensor, width: number) => reshape(x, [B, T, H, width])
  const q = queries(params, prefix, x_ND, c)
  const { latent, ropeKey } = latents(params, prefix, x_ND, c)
  const [upKey, upValue] = splitHeads(keyValueUp, H, c.qkNopeHeadDim, c.vHeadDim)
  const k_BT1R = rotate(reshape(ropeKey, [B, T, 1, c.qkRopeHeadDim]), at.cos, at.sin)
  const q_BTHK = concat(
    [byHead(q.nope, c.qkNopeHeadDim), rotate(byHead(q.rope, c.qkRopeHeadDim), at.cos, at.sin)],
    -1,
  )
  const k_BTHK = concat(
    [byHead(linear(latent, upKey), c.qkNopeHeadDim), broadcast(k_BT1R, [B, T, H, c.qkRopeHeadDim])],
    -1,
  )
  const v_BTHV = byHead(linear(latent, upValue), c.vHeadDim)
  const qkv = [q_BTHK, k_BTHK, v_BTHV] as const
  const { output_BTHV, maxLogits_H } = attend(qkv, at, softmaxScale(c), plan.attention, tau)
  const o_ND = reshape(output_BTHV, [B * T, H * c.vHeadDim])
  return { y_ND: linear(o_ND, param(params, `${prefix}.o_proj.weight`)), maxLogits_H }
}
