/**
 * The routed experts for a few tokens: only the chosen experts' weights are read, where experts.ts walks through all.
 * Legend: N tokens, K experts a token, S = N·K assignments, E experts, D hidden, F expert width.
 */
import type { Mesh } from '../tensor/mesh.ts'
import { matmul } from '../tensor/ops/contraction.ts'
import { convert, mul } from '../tensor/ops/elementwise.ts'
import { gather } from '../tensor/ops/indexing.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { broadcast, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { routedExperts } from './experts.ts'
import { type Params, param } from './params.ts'
import { gateUpName } from './plan.ts'
import type { Routing } from './router.ts'
import { gatedSilu } from './swi-glu.ts'

/** A row for each slot times its own matrix. */
type RowProduct = (x_S1D: Tensor, w_SFD: Tensor) => Tensor

const product: RowProduct = (x, w) => matmul(x, w, { transposeY: true })

/**
 * In bf16, on engines that fuse such chains, a sum of products reads the chosen matrices where they lie; a product would
 * want a copy of them. Its sums are f32, and stay so.
 */
const fusedProduct: RowProduct = (x_S1D, w_SFD) => {
  const products = mul(convert(w_SFD, 'f32'), convert(x_S1D, 'f32'))
  return reshape(sum(products, -1), [w_SFD.shape[0]!, 1, w_SFD.shape[1]!])
}

function gatheredExperts(params: Params, prefix: string, x_ND: Tensor, routing: Routing): Tensor {
  const [N, K] = routing.experts_NK.shape as [number, number]
  const [S, D] = [N * K, x_ND.shape[1]!]
  const chosen_S = reshape(routing.experts_NK, [S])
  const times = x_ND.dtype === 'f32' ? product : fusedProduct
  const each = (x: Tensor, name: string) => times(x, gather(param(params, name), chosen_S))
  const x_S1D = reshape(broadcast(reshape(x_ND, [N, 1, D]), [N, K, D]), [S, 1, D])
  const hidden_S1F = gatedHidden(params, prefix, (name) => each(x_S1D, name))
  const gated_S1F = mul(hidden_S1F, reshape(routing.gates_NK, [S, 1, 1]))
  const y_ND = sum(reshape(each(gated_S1F, `${prefix}.down_proj.weight`), [N, K, D]), 1)
  return convert(y_ND, x_ND.dtype)
}

/** `silu(W_gate x) ∘ W_up x`, from one product where the weights lie one below the other. */
function gatedHidden(params: Params, prefix: string, times: (name: string) => Tensor): Tensor {
  const both = gateUpName(prefix)
  if (params[both] === undefined)
    return gatedSilu(times(`${prefix}.gate_proj.weight`), times(`${prefix}.up_proj.weight`))
  const rows = times(both)
  const F = rows.shape[2]! / 2
  return gatedSilu(slice(rows, 2, 0, F), slice(rows, 2, F, 2 * F))
}

/** The same as `routedExperts`, in the way that reads fewer weights. */
export function expertsOfBlock(
  params: Params,
  prefix: string,
  x_ND: Tensor,
  routing: Routing,
  mesh: Mesh = { axes: [] },
): Tensor {
  const [N, K] = routing.experts_NK.shape as [number, number]
  const experts = routing.scores_NE.shape[1]!
  if (N * K < experts) return gatheredExperts(params, prefix, x_ND, routing)
  return routedExperts(params, prefix, x_ND, routing, mesh)
}
