import type { Mesh } from '../tensor/mesh.ts'
import { concat, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { ParameterSpec } from './parameters.ts'
import type { Params } from './params.ts'
import { gatheredAs } from './sharding.ts'

/** How the model is written down for an engine. Results agree up to rounding. */
export interface Plan {
  /**
   * What weights and activations are multiplied in, with sums in f32. Norms, the router, softmax and the loss are
   * always f32.
   */
  readonly dtype: 'f32' | 'bf16'
  /** Endings of the names of parameters that are multiplied in f32 all the same. */
  readonly float32Tensors: readonly string[]
  /**
   * `blocks` keeps the attention weights for the backward pass, in blocks of queries; `fused` keeps one number a query,
   * which engines with a kernel for it want.
   */
  readonly attention: 'blocks' | 'fused'
  /** Logits of at most this many elements exist at once. */
  readonly logitElements: number
  /** What the backward pass computes again instead of keeping it. */
  readonly recompute: 'none' | 'layers'
  /** Devices that share the work; the model is written for one of them. */
  readonly mesh: Mesh
  /** Whether devices put the parameters they share together layer by layer, in both passes, instead of once a step. */
  readonly shardParameters: boolean
}

/** One host: 8 MB of logits, about what stays in a core's caches. */
export const hostPlan: Plan = {
  dtype: 'f32',
  float32Tensors: [],
  attention: 'blocks',
  logitElements: 2 ** 21,
  recompute: 'none',
  mesh: { axes: [] },
  shardParameters: false,
}

/** Accelerators: half a gigabyte of logits, which fills them. */
export const acceleratorPlan: Plan = {
  dtype: 'bf16',
  float32Tensors: [],
  attention: 'fused',
  logitElements: 2 ** 27,
  recompute: 'none',
  mesh: { axes: [] },
  shardParameters: false,
}

/** Weights that stay f32 under bf16: a router's choice turns on small differences, and a table is only read. */
const staysFloat32 = ({ name, kind }: ParameterSpec, { float32Tensors }: Plan): boolean =>
  kind === 'norm' ||
  kind === 'routerBias' ||
  kind === 'embedding' ||
  ['mlp.gate.weight', ...float32Tensors].some((ending) => name.endsWith(ending))

/** Name of the gate and up projections of a stack of experts, one below the other: [E, 2F, D]. */
export const gateUpName = (prefix: string): string => `${prefix}.gate_up_proj.weight`

/** Prefixes of the routed experts' projections. */
const expertPrefixes = (specs: readonly ParameterSpec[]): string[] =>
  specs.flatMap(({ name, experts }) =>
    experts !== undefined && name.endsWith('.gate_proj.weight')
      ? [name.replace(/\.gate_proj\.weight$/, '')]
      : [],
  )

/**
 * The weights as the model multiplies them: put together from what the devices keep, in the plan's dtype, and under bf16
 * with the gate and up projections of routed experts as one product.
 */
export function computeWeights(params: Params, specs: readonly ParameterSpec[], plan: Plan): Params {
  const { dtype, mesh } = plan
  const weights: Record<string, Tensor> = {}
  for (const spec of specs) {
    const kept = params[spec.name]!
    weights[spec.name] = gatheredAs(kept, staysFloat32(spec, plan) ? kept.dtype : dtype, spec, mesh)
  }
  if (dtype === 'f32') return weights
  for (const prefix of expertPrefixes(specs)) {
    const [gate, up] = [`${prefix}.gate_proj.weight`, `${prefix}.up_proj.weight`]
    if (weights[gate]!.dtype !== weights[up]!.dtype) continue
    weights[gateUpName(prefix)] = concat([weights[gate]!, weights[up]!], 1)
    delete weights[gate]
    delete weights[up]
  }
  return weights
}

/** Gradients of {@link computeWeights}' tensors as those of the parameters: what was put together is cut again. */
export function separateGateUp(gradients: Params, specs: readonly ParameterSpec[]): Params {
  const separate: Record<string, Tensor> = { ...gradients }
  for (const prefix of expertPrefixes(specs)) {
    const both = separate[gateUpName(prefix)]
    if (both === undefined) continue
    const F = both.shape[1]! / 2
    separate[`${prefix}.gate_proj.weight`] = slice(both, 1, 0, F)
    separate[`${prefix}.up_proj.weight`] = slice(both, 1, F, 2 * F)
    delete separate[gateUpName(prefix)]
  }
  return separate
}
