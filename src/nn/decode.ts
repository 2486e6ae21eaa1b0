/**
 * Kimi K2's forward pass for a block of new tokens after cached ones: prefill of a chunk and decoding of one token are the
 * same function with another block length.
 * Legend: B sequences, T new tokens each, N = B·T, D hidden, S cache places, W latent and rope key, V vocabulary.
 */
import { linear } from '../tensor/ops/contraction.ts'
import { add, convert, mul } from '../tensor/ops/elementwise.ts'
import { gather } from '../tensor/ops/indexing.ts'
import { iota } from '../tensor/ops/leaf.ts'
import { reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { K2Config } from './config.ts'
import { expertsOfBlock } from './gathered-experts.ts'
import { type BlockPlace, blockPositions, cachedLatentAttention } from './mla-decode.ts'
import { feedForward } from './model.ts'
import { type Params, param } from './params.ts'
import type { Plan } from './plan.ts'
import { rmsNorm } from './rms-norm.ts'

export interface DecodedBlock {
  /** Logits after each sequence's last token, f32. */
  readonly logits_BV: Tensor
  /** One for each layer. */
  readonly caches_BSW: readonly Tensor[]
}

/**
 * @param params as `computeWeights` gives them
 * @param caches_BSW one for each layer, [B, S, kvLoraRank + qkRopeHeadDim], of the plan's dtype
 * @param ids_BT i32 token ids
 * @param last i32 index in the block of the sequences' last tokens, []; what follows fills the block up and leaves no
 *   trace that is not overwritten by the next block
 */
export function decodeBlock(
  params: Params,
  c: K2Config,
  plan: Plan,
  caches_BSW: readonly Tensor[],
  ids_BT: Tensor,
  block: BlockPlace,
  last: Tensor,
): DecodedBlock {
  const [B, T] = ids_BT.shape as [number, number]
  const at = blockPositions(c, block, T, caches_BSW[0]!.shape[1]!)
  const embedded = gather(param(params, 'model.embed_tokens.weight'), reshape(ids_BT, [B * T]))
  let h_ND = convert(embedded, plan.dtype)
  const after: Tensor[] = []
  for (let layer = 0; layer < c.numHiddenLayers; layer++) {
    const prefix = `model.layers.${layer}`
    const norm = (name: string) => rmsNorm(h_ND, param(params, `${prefix}.${name}.weight`), c.rmsNormEps)
    const x_ND = norm('input_layernorm')
    const attended = cachedLatentAttention(params, `${prefix}.self_attn`, x_ND, caches_BSW[layer]!, at, c)
    after.push(attended.cache_BSW)
    h_ND = add(h_ND, attended.y_ND)
    const h2_ND = norm('post_attention_layernorm')
    h_ND = add(h_ND, feedForward(params, `${prefix}.mlp`, h2_ND, layer, c, plan, expertsOfBlock).y_ND)
  }
  const last_BD = gather(h_ND, add(mul(iota([B], 0), T), last))
  const normed = rmsNorm(last_BD, param(params, 'model.norm.weight'), c.rmsNormEps)
  return { logits_BV: linear(normed, param(params, 'lm_head.weight'), 'f32'), caches_BSW: after }
}
