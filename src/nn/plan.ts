import type { Mesh } from '../tensor/mesh.ts'
import { convert } from '../tensor/ops/elementwise.ts'
import { concat } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { ParameterSpec } from './parameters.ts'
import type { Params } from './params.ts'

/** How the model is written down for an engine. Results agree up to rounding. */
export interface Plan {
  /**
   * What weights and activations are multiplied in, with sums in f32. Norms, the router, softmax and the loss are
   * always f32.
   */
  readonly dtype: 'f32' | 'bf16'
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
}

/** One host: 8 MB of logits, about what stays in a core's caches. */
export const hostPlan: Plan = {
  dtype: 'f32',
  attention: 'blocks',
  logitElements: 2 ** 21,
  recompute: 'none',
  mesh: { axes: [] },
}

/** Accelerators: half a gigabyte of logits, which fills them. */
export const acceleratorPlan: Plan = {
  dtype: 'bf16',
  attention: 'fused',
  logitElements: 2 ** 27,
  recompute: 'none',
  mesh: { axes: [] },
}

/** Axes of a mesh that the model knows. */
export const meshAxes = { data: 'data', expert: 'expert', tensor: 'tensor' } as const

/** Axes whose devices see different tokens. */
export const tokenAxes = [meshAxes.data, meshAxes.expert] as const

/** Weights that stay f32 under bf16: a router's choice turns on small differences, and a table is only read. */
const staysFloat32 = ({ name, kind }: ParameterSpec): boolean =>
  kind === 'norm' || kind === 'routerBias' || kind === 'embedding' || name.endsWith('mlp.gate.weight')

/** Name of the gate and up projections of a stack of experts, one below the other: [E, 2F, D]. */
export const gateUpName = (prefix: string): string => `${prefix}.gate_up_proj.weight`

/**
 * The weights as the model multiplies them, made once a step: in the plan's dtype, and under bf16 with the gate and up
 * projections of routed experts as one product.
 */
export function computeWeights(params: Params, specs: readonly ParameterSpec[], { dtype }: Plan): Params {
  if (dtype === 'f32') return params
  const weights: Record<string, Tensor> = {}
  for (const spec of specs) {
    const { name } = spec
    const value = params[name]!
    weights[name] = staysFloat32(spec) ? value : convert(value, dtype)
  }
  for (const { name } of specs.filter((spec) => spec.experts !== undefined)) {
    const prefix = name.replace(/\.gate_proj\.weight$/, '')
    if (prefix === name) continue
    const up = `${prefix}.up_proj.weight`
    weights[gateUpName(prefix)] = concat([weights[name]!, weights[up]!], 1)
    delete weights[name]
    delete weights[up]
  }
  return weights
}
