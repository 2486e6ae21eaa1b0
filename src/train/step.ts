/**
 * One training step as one pure function: forward, loss, gradients, accumulation, MuonClip, router biases.
 * Legend: A micro-batches, B sequences, T positions, N = B·T tokens, L layers, M expert layers, H heads, E experts.
 */
import type { K2Config } from '../nn/config.ts'
import { meshAxes, tokenAxes } from '../nn/mesh-axes.ts'
import { type ParameterSpec, parameterSpecs } from '../nn/parameters.ts'
import { type Params, param } from '../nn/params.ts'
import { computeWeights, hostPlan, type Plan, separateGateUp } from '../nn/plan.ts'
import { scattered, stateSharding, summed } from '../nn/sharding.ts'
import { gradientNorm, muonClip, type OptimizerOptions, optimizerStateSpecs } from '../optim/muon-clip.ts'
import { type BiasRule, updatedBias } from '../optim/router-bias.ts'
import {
  axisSize,
  deviceCount,
  type Layout,
  type Mesh,
  replicated,
  type Sharding,
  shardType,
} from '../tensor/mesh.ts'
import { gatherOver, largestOver, sumOver } from '../tensor/ops/collective.ts'
import { mul, sqrt } from '../tensor/ops/elementwise.ts'
import { reshape, slice } from '../tensor/ops/shape.ts'
import type { Program } from '../tensor/program.ts'
import { type Tensor, trace } from '../tensor/trace.ts'
import type { Type } from '../tensor/types.ts'
import { batchDtype, batchInputsOf } from './batch-inputs.ts'
import { accumulated, type MicroResult, type StepTrace } from './micro-batches.ts'

export interface StepOptions {
  readonly accumulation: number
  /** Sequences of a micro-batch, those of all devices together. */
  readonly sequences: number
  readonly sequenceLength: number
  /** Whether documents are told apart, so that attention does not cross their borders. */
  readonly separateDocuments: boolean
  /** Whether the batch says what each token weighs in the loss; without, all weigh the same. Default false. */
  readonly weighted?: boolean
  readonly optimizer: OptimizerOptions
  readonly biasRule: BiasRule
  /** Factor α of the sequence-wise balance loss; 0 leaves it out. */
  readonly balanceLoss: number
  /** How the model is written down, and the devices that share the work. */
  readonly plan?: Plan
}

export const hyperNames = [
  'learningRate',
  'adamLearningRate',
  'firstCorrection',
  'secondCorrection',
  'tau',
  'biasRate',
] as const
export type HyperName = (typeof hyperNames)[number]

/** What a step tells of itself, in the order of the program's outputs after the state. */
export const metricNames = [
  'loss',
  'balanceLoss',
  'gradientNorm',
  'muonUpdateRms',
  'adamUpdateRms',
  'hiddenRms',
  'maxLogits',
  'headsClipped',
  'expertLoads',
] as const
export type MetricName = (typeof metricNames)[number]

export interface StateTensor {
  readonly name: string
  /** Of the whole tensor. */
  readonly shape: readonly number[]
  /** How the devices share it. */
  readonly sharding: Sharding
}

export interface StepProgram {
  /** For one device: its types are those of a device's shards. */
  readonly program: Program
  readonly specs: readonly ParameterSpec[]
  /** Parameters, then optimizer state: the program's first inputs and outputs, in order. */
  readonly state: readonly StateTensor[]
  /** The other inputs, in order: those of the batch (`batchInputsOf`), then the hyper-parameters. */
  readonly batchInputs: readonly string[]
  /** How a batch input [A, B, T] is spread. */
  readonly batchSharding: Sharding
  /** For the engine, where there is more than one device. */
  readonly layout?: Layout
}

const byName = <N extends string>(
  names: readonly N[],
  values: readonly Tensor[],
): Readonly<Record<N, Tensor>> =>
  Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Readonly<Record<N, Tensor>>

/** Root mean squares of equal shares of the tokens as those of all of them. */
function meanRms(own: Tensor, mesh: Mesh): Tensor {
  const shares = tokenAxes.reduce((count, axis) => count * axisSize(mesh, axis), 1)
  return shares === 1 ? own : sqrt(mul(sumOver(mul(own, own), mesh, tokenAxes), 1 / shares))
}

/** What {@link accumulated} gives, over all devices: gradients are each device's shares. */
function overDevices(t: StepTrace, own: MicroResult): MicroResult & { readonly shares: Params } {
  const { specs, plan } = t
  const { mesh } = plan
  const all = mesh.axes.map(({ name }) => name)
  const named = separateGateUp(byName(t.trained, own.gradients), specs)
  const shares = Object.fromEntries(
    specs.flatMap((spec) => {
      const gradient = named[spec.name]
      if (gradient === undefined) return []
      const share = plan.shardParameters
        ? summed(gradient, stateSharding(spec, mesh), mesh)
        : scattered(gradient, spec, mesh)
      return [[spec.name, share]]
    }),
  )
  return {
    ...own,
    shares,
    loss: sumOver(own.loss, mesh, all),
    balance: sumOver(own.balance, mesh, all),
    hiddenRms_L: meanRms(own.hiddenRms_L, mesh),
    maxLogits_LH: gatherOver(largestOver(own.maxLogits_LH, mesh, tokenAxes), mesh, [meshAxes.tensor], 1),
    loads_ME: sumOver(own.loads_ME, mesh, tokenAxes),
  }
}

/** New router biases of every expert layer. */
function rebalanced({ c, options }: StepTrace, params: Params, loads_ME: Tensor, rate: Tensor): Params {
  const biases: Record<string, Tensor> = {}
  for (let layer = c.firstKDenseReplace; layer < c.numHiddenLayers; layer++) {
    const name = `model.layers.${layer}.mlp.gate.e_score_correction_bias`
    const row = layer - c.firstKDenseReplace
    const load = reshape(slice(loads_ME, 0, row, row + 1), [c.numRoutedExperts])
    biases[name] = updatedBias(param(params, name), load, rate, options.biasRule)
  }
  return biases
}

/** Parameters and optimizer state with their shardings, in the order of the program. */
function stateOf(specs: readonly ParameterSpec[], options: OptimizerOptions, mesh: Mesh): StateTensor[] {
  const shardings = new Map(specs.map((spec) => [spec.name, stateSharding(spec, mesh)]))
  const parameters = specs.map(({ name, shape }) => ({ name, shape, sharding: shardings.get(name)! }))
  const optimizer = optimizerStateSpecs(specs, options).map(({ name, shape }) => ({
    name,
    shape,
    sharding: shardings.get(name.replace(/^(momentum|first|second)\./, ''))!,
  }))
  return [...parameters, ...optimizer]
}

/**
 * Traces the training step of a model: `(state, batch, hyper) → (state', metrics)`.
 *
 * @throws Error where the plan's mesh does not divide the model or the batch
 */
export function trainingStep(c: K2Config, options: StepOptions): StepProgram {
  const plan = options.plan ?? hostPlan
  const { mesh } = plan
  const specs = parameterSpecs(c)
  const state = stateOf(specs, options.optimizer, mesh)
  const batchInputs = batchInputsOf(options)
  const batchSharding = [[], tokenAxes.filter((axis) => axisSize(mesh, axis) > 1), []]
  const shape = [options.accumulation, options.sequences, options.sequenceLength]
  const inputTypes: Type[] = [
    ...state.map(({ shape, sharding }) => shardType({ dtype: 'f32', shape }, { mesh, sharding })),
    ...batchInputs.map((name) =>
      shardType({ dtype: batchDtype(name), shape }, { mesh, sharding: batchSharding }),
    ),
    ...hyperNames.map((): Type => ({ dtype: 'f32', shape: [] })),
  ]
  const program = trace('training_step', inputTypes, (...inputs) => {
    const named = Object.fromEntries(state.map(({ name }, i) => [name, inputs[i]!]))
    const params = Object.fromEntries(specs.map(({ name }) => [name, named[name]!]))
    const batch = inputs.slice(state.length, state.length + batchInputs.length)
    const hyper = byName(hyperNames, inputs.slice(state.length + batchInputs.length))
    const weights = plan.shardParameters ? params : computeWeights(params, specs, plan)
    const trained = Object.keys(weights).filter((name) => !name.endsWith('e_score_correction_bias'))
    const t: StepTrace = { c, options, plan, specs, weights, trained, tau: hyper.tau }
    const result = overDevices(t, accumulated(t, batch))
    const updated = muonClip(
      c,
      specs,
      options.optimizer,
      hyper,
      { params, gradients: result.shares, state: named, maxLogits_LH: result.maxLogits_LH },
      plan,
    )
    const next: Record<string, Tensor> = {
      ...updated.params,
      ...rebalanced(t, params, result.loads_ME, hyper.biasRate),
      ...updated.state,
    }
    const metrics: Record<MetricName, Tensor> = {
      loss: result.loss,
      balanceLoss: result.balance,
      gradientNorm: gradientNorm(result.shares, specs, mesh),
      muonUpdateRms: updated.muonUpdateRms,
      adamUpdateRms: updated.adamUpdateRms,
      hiddenRms: result.hiddenRms_L,
      maxLogits: result.maxLogits_LH,
      headsClipped: updated.headsClipped_L,
      expertLoads: result.loads_ME,
    }
    return [...state.map(({ name }) => next[name]!), ...metricNames.map((name) => metrics[name])]
  })
  const result = { program, specs, state, batchInputs: [...batchInputs, ...hyperNames], batchSharding }
  if (deviceCount(mesh) === 1) return result
  const shardings = state.map(({ sharding }) => sharding)
  const layout: Layout = {
    mesh,
    inputs: [...shardings, ...batchInputs.map(() => batchSharding), ...hyperNames.map(() => [])],
    outputs: [
      ...shardings,
      ...metricNames.map((_, i) => replicated(program.outputs[state.length + i]!.shape.length)),
    ],
  }
  return { ...result, layout }
}
