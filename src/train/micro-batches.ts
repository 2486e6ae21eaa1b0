/**
 * Forward and backward of a step's micro-batches on one device.
 * Legend: A micro-batches, B sequences, T positions, N = B·T tokens, L layers, M expert layers, H heads, E experts.
 */
import type { K2Config } from '../nn/config.ts'
import { crossEntropy } from '../nn/loss.ts'
import { meshAxes } from '../nn/mesh-axes.ts'
import { forward, headWeight } from '../nn/model.ts'
import type { ParameterSpec } from '../nn/parameters.ts'
import { type Params, param } from '../nn/params.ts'
import type { Plan } from '../nn/plan.ts'
import { shardOf } from '../nn/sharding.ts'
import { weightedCrossEntropy } from '../nn/weighted-loss.ts'
import { grad } from '../tensor/grad.ts'
import { axisSize, deviceCount, type Sharding } from '../tensor/mesh.ts'
import { loop } from '../tensor/ops/control.ts'
import { add, convert, max, mul } from '../tensor/ops/elementwise.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { type BatchInput, batchInputsOf } from './batch-inputs.ts'
import type { StepOptions } from './step.ts'

/** What one micro-batch, or the sum of all, gives on one device. */
export interface MicroResult {
  readonly gradients: readonly Tensor[]
  readonly loss: Tensor
  readonly balance: Tensor
  readonly hiddenRms_L: Tensor
  readonly maxLogits_LH: Tensor
  readonly loads_ME: Tensor
}

/** What every part of a step is traced from. */
export interface StepTrace {
  readonly c: K2Config
  readonly options: StepOptions
  readonly plan: Plan
  readonly specs: readonly ParameterSpec[]
  /** Weights as the model takes them, and the names of those that are trained. */
  readonly weights: Params
  readonly trained: readonly string[]
  readonly tau: Tensor
}

/** The loss of this device's share of the tokens, which devices of `tensor`, who have the same tokens, divide. */
function lossOf(
  { options, plan }: StepTrace,
  hidden_ND: Tensor,
  head: Tensor,
  targets_N: Tensor,
  weight_N: Tensor | undefined,
): Tensor {
  const byTensor = (rank: number): Sharding =>
    Array.from({ length: rank }, (_, d) => (d === 0 ? [meshAxes.tensor] : []))
  const own = (x: Tensor): Tensor => shardOf(x, byTensor(x.shape.length), plan.mesh)
  const hidden = own(hidden_ND)
  const tokens = options.sequences * options.sequenceLength * options.accumulation
  const weight = weight_N === undefined ? broadcast(scalar(1 / tokens), [hidden.shape[0]!]) : own(weight_N)
  if (weight_N !== undefined && plan.dtype === 'f32')
    return weightedCrossEntropy(hidden, head, own(targets_N), weight, plan)
  return crossEntropy(hidden, head, own(targets_N), weight, plan).total
}

/** Forward and backward of one micro-batch on one device; gradients are this device's part of those of the mean over all tokens of the step, as they weigh. */
function microBatch(t: StepTrace, batch: readonly Tensor[]): MicroResult {
  const { c, options, plan, weights } = t
  const input: Partial<Record<BatchInput, Tensor>> = Object.fromEntries(
    batchInputsOf(options).map((name, i) => [name, batch[i]!]),
  )
  const out = forward(weights, c, input.inputIds!, input.documentIds ?? null, plan, t.tau)
  const head = headWeight(weights, c, plan)
  const flatWeights = input.lossWeights && reshape(input.lossWeights, [-1])
  const loss = lossOf(t, out.hidden_ND, head, reshape(input.targetIds!, [-1]), flatWeights)
  const shares = deviceCount(plan.mesh)
  const balance = mul(
    out.balance.reduce((sum, part) => add(sum, part), scalar(0)),
    1 / (options.accumulation * shares),
  )
  const objective = options.balanceLoss === 0 ? loss : add(loss, mul(balance, options.balanceLoss))
  const gradients = grad(
    objective,
    t.trained.map((name) => param(weights, name)),
  )
  return {
    gradients: gradients.map((g) => convert(g, 'f32')),
    loss,
    balance,
    hiddenRms_L: out.hiddenRms_L,
    maxLogits_LH: out.maxLogits_LH,
    loads_ME: out.loads_ME ?? broadcast(scalar(0, 'i32'), [0, c.numRoutedExperts]),
  }
}

const flat = (r: MicroResult): readonly Tensor[] => [
  r.loss,
  r.balance,
  r.loads_ME,
  ...r.gradients,
  r.hiddenRms_L,
  r.maxLogits_LH,
]
const unflat = ([loss, balance, loads_ME, ...rest]: readonly Tensor[]): MicroResult => ({
  loss: loss!,
  balance: balance!,
  loads_ME: loads_ME!,
  gradients: rest.slice(0, -2),
  hiddenRms_L: rest.at(-2)!,
  maxLogits_LH: rest.at(-1)!,
})

/** Sums over micro-batches, and the largest logits. */
export function accumulated(t: StepTrace, batch: readonly Tensor[]): MicroResult {
  const { c, options, plan } = t
  if (options.accumulation === 1)
    return microBatch(
      t,
      batch.map((x) => reshape(x, x.shape.slice(1))),
    )
  const layers = c.numHiddenLayers
  const heads = c.numAttentionHeads / axisSize(plan.mesh, meshAxes.tensor)
  const start = [
    scalar(0),
    scalar(0),
    broadcast(scalar(0, 'i32'), [layers - c.firstKDenseReplace, c.numRoutedExperts]),
    ...t.trained.map((name) => broadcast(scalar(0), param(t.weights, name).shape)),
    broadcast(scalar(0), [layers]),
    broadcast(scalar(Number.NEGATIVE_INFINITY), [layers, heads]),
  ]
  const { carry } = loop(options.accumulation, start, batch, (_, before, rows) => {
    const next = flat(microBatch(t, rows))
    return { carry: next.map((x, i) => (i >= next.length - 2 ? max(x, before[i]!) : add(before[i]!, x))) }
  })
  return unflat(carry)
}
