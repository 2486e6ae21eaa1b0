/**
 * The routed experts for a few tokens: only the chosen experts' weights are read, where experts.ts walks through all.
 * Legend: N tokens, K experts a token, S = N·K assignments, E experts, D hidden, F expert width.
 */
import type { Mesh } from '../tensor/mesh.ts'
import { matmul } from '../tensor/ops/contraction.ts'
import { mul } from '../tensor/ops/elementwise.ts'
import { gather } from '../tensor/ops/indexing.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { routedExperts } from './experts.ts'
import { type Params, param } from './params.ts'
import type { Routing } from './router.ts'
import { gatedSilu } from './swi-glu.ts'

function gatheredExperts(params: Params, prefix: string, x_ND: Tensor, routing: Routing): Tensor {
  const [N, K] = routing.experts_NK.shape as [number, number]
  const [S, D] = [N * K, x_ND.shape[1]!]
  const chosen_S = reshape(routing.experts_NK, [S])
  const weights = (name: string) => gather(param(params, `${prefix}.${name}.weight`), chosen_S)
  const each = (x: Tensor, name: string) => matmul(x, weights(name), { transposeY: true })
  const x_S1D = reshape(broadcast(reshape(x_ND, [N, 1, D]), [N, K, D]), [S, 1, D])
  const hidden_S1F = gatedSilu(each(x_S1D, 'gate_proj'), each(x_S1D, 'up_proj'))
  const gated_S1F = mul(hidden_S1F, reshape(routing.gates_NK, [S, 1, 1]))
  return sum(reshape(each(gated_S1F, 'down_proj'), [N, K, D]), 1)
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
