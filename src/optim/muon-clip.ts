import type { K2Config } from '../nn/config.ts'
import type { ParameterSpec } from '../nn/parameters.ts'
import type { Params } from '../nn/params.ts'
import { copies, shardOf, stateSharding, summed } from '../nn/sharding.ts'
import { type Mesh, type Sharding, wholeShape } from '../tensor/mesh.ts'
import { add, compare, convert, div, mul, sqrt, sub } from '../tensor/ops/elementwise.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { sizeOf } from '../tensor/types.ts'
import { type AdamOptions, adamUpdate } from './adamw.ts'
import type { MatrixSplit } from './matrices.ts'
import { type MuonEngine, type MuonOptions, muonUpdates } from './muon.ts'
import { clipFactors, clipLatentAttention, type OwnRows } from './qk-clip.ts'

export interface OptimizerOptions extends MuonOptions, AdamOptions {
  /** `muonclip` is K2's; `muon` leaves QK-Clip out; `adamw` updates everything by AdamW. */
  readonly kind: 'muonclip' | 'muon' | 'adamw'
  readonly weightDecay: number
  /** One matrix for each released tensor, or for each part of latent attention. */
  readonly matrices: 'tensor' | 'part'
}

/** What changes from step to step, as scalars of the program. */
export interface Hyper {
  readonly learningRate: Tensor
  readonly adamLearningRate: Tensor
  /** 1 − β₁^t and 1 − β₂^t. */
  readonly firstCorrection: Tensor
  readonly secondCorrection: Tensor
  readonly tau: Tensor
}

/** Named tensors of the optimizer: `momentum.*` of matrices, `first.*` and `second.*` moments of the rest. */
export type OptimizerState = Readonly<Record<string, Tensor>>

export interface UpdateResult {
  readonly params: Record<string, Tensor>
  readonly state: Record<string, Tensor>
  /** Root mean square of Muon's updates over the learning rate, about 0.2, and of AdamW's. */
  readonly muonUpdateRms: Tensor
  readonly adamUpdateRms: Tensor
  /** Heads that QK-Clip scaled, i32, [layers]. */
  readonly headsClipped_L: Tensor
}

const byMuon = (spec: ParameterSpec, options: OptimizerOptions): boolean =>
  spec.kind === 'matrix' && options.kind !== 'adamw'
const trained = (specs: readonly ParameterSpec[]): ParameterSpec[] =>
  specs.filter((spec) => spec.kind !== 'routerBias')

/** Names and shapes of the optimizer's state, all zero at the start. */
export function optimizerStateSpecs(
  specs: readonly ParameterSpec[],
  options: OptimizerOptions,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return trained(specs).flatMap(({ name, shape, ...spec }) =>
    byMuon({ name, shape, ...spec }, options)
      ? [{ name: `momentum.${name}`, shape }]
      : [
          { name: `first.${name}`, shape },
          { name: `second.${name}`, shape },
        ],
  )
}

/** Where the fused projections of latent attention are cut into C, R, K and V (spec §2.2). */
function splitOf(name: string, rows: number, c: K2Config, options: OptimizerOptions): MatrixSplit {
  const whole = { groups: 1, parts: [rows] }
  if (options.matrices === 'tensor') return whole
  const heads = c.numAttentionHeads
  if (name.endsWith('.q_b_proj.weight') || name.endsWith('self_attn.q_proj.weight'))
    return { groups: heads, parts: [c.qkNopeHeadDim, c.qkRopeHeadDim] }
  if (name.endsWith('.kv_b_proj.weight')) return { groups: heads, parts: [c.qkNopeHeadDim, c.vHeadDim] }
  if (name.endsWith('.kv_a_proj_with_mqa.weight'))
    return { groups: 1, parts: [c.kvLoraRank, c.qkRopeHeadDim] }
  return whole
}

/** One device, in f32. */
const oneHost: MuonEngine = { dtype: 'f32', mesh: { axes: [] } }

/** The sum over all devices of the squares of tensors that they hold shards of. */
function sumOfSquares(tensors: readonly { x: Tensor; sharding: Sharding }[], mesh: Mesh): Tensor {
  const own = tensors.map(({ x, sharding }) => mul(sum(mul(x, x)), 1 / copies(sharding, mesh)))
  return summed(
    own.reduce((total, part) => add(total, part), scalar(0)),
    [],
    mesh,
  )
}

function rootMeanSquare(tensors: readonly { x: Tensor; sharding: Sharding }[], mesh: Mesh): Tensor {
  const elements = tensors.reduce(
    (total, { x, sharding }) => total + sizeOf(wholeShape(x.shape, { mesh, sharding })),
    0,
  )
  return elements === 0 ? scalar(0) : sqrt(mul(sumOfSquares(tensors, mesh), 1 / elements))
}

/** Global L2 norm of gradients, of which a device holds its shares. */
export const gradientNorm = (
  gradients: Params,
  specs: readonly ParameterSpec[],
  mesh: Mesh = oneHost.mesh,
): Tensor =>
  sqrt(
    sumOfSquares(
      trained(specs).map((spec) => ({ x: gradients[spec.name]!, sharding: stateSharding(spec, mesh) })),
      mesh,
    ),
  )

/**
 * Algorithm 1 of the K2 report on all parameters: matrices by Muon, the rest by AdamW, then QK-Clip on the new weights of
 * heads whose largest logit in this step's forward pass was above τ. Of a mesh, parameters, gradients and state are a
 * device's shares ({@link stateSharding}), the largest logits those of all heads.
 */
export function muonClip(
  c: K2Config,
  specs: readonly ParameterSpec[],
  options: OptimizerOptions,
  hyper: Hyper,
  input: {
    readonly params: Params
    readonly gradients: Params
    readonly state: OptimizerState
    readonly maxLogits_LH: Tensor
  },
  engine: MuonEngine = oneHost,
): UpdateResult {
  const { mesh } = engine
  const params: Record<string, Tensor> = { ...input.params }
  const state: Record<string, Tensor> = {}
  const decayed = (w: Tensor, rate: Tensor): Tensor => mul(w, sub(1, mul(rate, options.weightDecay)))
  const matrices = trained(specs).filter((spec) => byMuon(spec, options))
  const muon = muonUpdates(
    matrices.map((spec) => ({
      gradient: input.gradients[spec.name]!,
      momentum: input.state[`momentum.${spec.name}`]!,
      split: splitOf(spec.name, spec.shape[0]!, c, options),
      sharding: stateSharding(spec, mesh),
    })),
    options,
    hyper.learningRate,
    engine,
  ).map(({ momentum, update }) => ({ momentum, update: convert(update, 'f32') }))
  matrices.forEach(({ name }, i) => {
    state[`momentum.${name}`] = muon[i]!.momentum
    params[name] = sub(decayed(input.params[name]!, hyper.learningRate), muon[i]!.update)
  })
  const others = trained(specs).filter((spec) => !byMuon(spec, options))
  const corrections = { first: hyper.firstCorrection, second: hyper.secondCorrection }
  const adam = others.map(({ name }) =>
    adamUpdate(
      input.gradients[name]!,
      input.state[`first.${name}`]!,
      input.state[`second.${name}`]!,
      corrections,
      options,
    ),
  )
  others.forEach(({ name }, i) => {
    state[`first.${name}`] = adam[i]!.first
    state[`second.${name}`] = adam[i]!.second
    params[name] = sub(
      decayed(input.params[name]!, hyper.adamLearningRate),
      mul(adam[i]!.update, hyper.adamLearningRate),
    )
  })
  const clipped = convert(compare(input.maxLogits_LH, hyper.tau, 'gt'), 'i32')
  if (options.kind === 'muonclip') clipHeads(c, specs, params, input.maxLogits_LH, hyper.tau, mesh)
  const rms = (of: readonly ParameterSpec[], updates: readonly Tensor[]): Tensor =>
    rootMeanSquare(
      of.map((spec, i) => ({ x: updates[i]!, sharding: stateSharding(spec, mesh) })),
      mesh,
    )
  const muonRms = rms(
    matrices,
    muon.map((m) => m.update),
  )
  return {
    params,
    state,
    muonUpdateRms: div(muonRms, add(hyper.learningRate, 1e-30)),
    adamUpdateRms: rms(
      others,
      adam.map((a) => a.update),
    ),
    headsClipped_L: options.kind === 'muonclip' ? sum(clipped, 1) : sum(mul(clipped, 0), 1),
  }
}

function clipHeads(
  c: K2Config,
  specs: readonly ParameterSpec[],
  params: Record<string, Tensor>,
  maxLogits_LH: Tensor,
  tau: Tensor,
  mesh: Mesh,
): void {
  const widths = { nope: c.qkNopeHeadDim, rope: c.qkRopeHeadDim, value: c.vHeadDim }
  const ownRows =
    (name: string): OwnRows =>
    (rows) =>
      shardOf(rows, stateSharding(specs.find((spec) => spec.name === name)!, mesh).slice(0, 1), mesh)
  for (let layer = 0; layer < c.numHiddenLayers; layer++) {
    const gamma = clipFactors(reshape(slice(maxLogits_LH, 0, layer, layer + 1), [c.numAttentionHeads]), tau)
    const prefix = `model.layers.${layer}.self_attn`
    const query = `${prefix}.${c.qLoraRank === null ? 'q_proj' : 'q_b_proj'}.weight`
    const keyValue = `${prefix}.kv_b_proj.weight`
    const own = { query: ownRows(query), keyValue: ownRows(keyValue) }
    const clipped = clipLatentAttention(params[query]!, params[keyValue]!, gamma, widths, own)
    params[query] = clipped.queryUp
    params[keyValue] = clipped.keyValueUp
  }
}
