/** The programs whose speed is measured. */
import type { K2Config } from '../../src/nn/config.ts'
import { fusedCausalAttention } from '../../src/nn/fused-attention.ts'
import { crossEntropy } from '../../src/nn/loss.ts'
import { forward } from '../../src/nn/model.ts'
import { parameterSpecs } from '../../src/nn/parameters.ts'
import { param } from '../../src/nn/params.ts'
import { acceleratorPlan, computeWeights, type Plan } from '../../src/nn/plan.ts'
import { muonClip, optimizerStateSpecs } from '../../src/optim/muon-clip.ts'
import { grad } from '../../src/tensor/grad.ts'
import { groupedLinear, matmul } from '../../src/tensor/ops/contraction.ts'
import { convert } from '../../src/tensor/ops/elementwise.ts'
import { scalar } from '../../src/tensor/ops/leaf.ts'
import { sum } from '../../src/tensor/ops/reduction.ts'
import { broadcast, reshape, sliceAt } from '../../src/tensor/ops/shape.ts'
import type { Program } from '../../src/tensor/program.ts'
import { type Tensor, trace } from '../../src/tensor/trace.ts'
import type { Type } from '../../src/tensor/types.ts'
import { muonClipOptions } from '../training.ts'

const bf16 = (...shape: number[]): Type => ({ dtype: 'bf16', shape })
const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })

export const productProgram = (size: number): Program =>
  trace('product', [bf16(size, size), bf16(size, size)], (x, y) => {
    const z = matmul(x, y)
    return [z, first(z)]
  })

/** An element, to wait for. */
const first = (x: Tensor): Tensor => {
  const corner = sliceAt(
    x,
    x.shape.map(() => 0),
    x.shape.map(() => 1),
  )
  return reshape(corner, [])
}

/** q, k, v to dq, dk, dv. */
export const attentionProgram = (
  c: K2Config,
  sequences: number,
  length: number,
  backward: boolean,
): Program => {
  const [H, K, V] = [c.numAttentionHeads, c.qkNopeHeadDim + c.qkRopeHeadDim, c.vHeadDim]
  const types = [bf16(sequences, length, H, K), bf16(sequences, length, H, K), bf16(sequences, length, H, V)]
  return trace('attention', types, (q, k, v) => {
    const { output_BTHV } = fusedCausalAttention(q, k, v, K ** -0.5, null)
    const made = backward ? grad(sum(convert(output_BTHV, 'f32')), [q, k, v]) : [output_BTHV]
    return [...made, first(made[0]!)]
  })
}

/** Rows by group; with `backward` the gradients of rows and weights instead. */
export const groupedProgram = (
  rows: number,
  groups: number,
  into: number,
  out: number,
  backward: boolean,
): Program =>
  trace(
    'grouped',
    [bf16(rows, into), bf16(groups, out, into), { dtype: 'i32', shape: [groups] }],
    (x, w, sizes) => {
      const y = groupedLinear(x, w, sizes)
      const made = backward ? grad(sum(convert(y, 'f32')), [x, w]) : [y]
      return [...made, first(made[0]!)]
    },
  )

/** Weights of a model as it multiplies them: what `computeWeights` makes of the parameters. */
export const castProgram = (c: K2Config, plan: Plan = acceleratorPlan): Program => {
  const specs = parameterSpecs(c)
  const types = specs.map(({ shape }) => f32(...shape))
  return trace('weights', types, (...inputs) =>
    Object.values(
      computeWeights(Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!])), specs, plan),
    ),
  )
}

/** Names and types of those weights. */
export function weightTypes(c: K2Config, plan: Plan = acceleratorPlan): ReadonlyMap<string, Type> {
  const specs = parameterSpecs(c)
  const found = new Map<string, Type>()
  trace(
    'weights',
    specs.map(({ shape }) => f32(...shape)),
    (...inputs) => {
      const params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
      const weights = computeWeights(params, specs, plan)
      for (const [name, { dtype, shape }] of Object.entries(weights)) found.set(name, { dtype, shape })
      return []
    },
  )
  return found
}

/** `(weights, inputIds, targetIds) → (loss, gradients of the weights, in their dtypes)`. */
export function forwardBackwardProgram(
  c: K2Config,
  sequences: number,
  length: number,
  plan: Plan = acceleratorPlan,
): Program {
  const weights = weightTypes(c, plan)
  const ids: Type = { dtype: 'i32', shape: [sequences, length] }
  return trace('forward_backward', [...weights.values(), ids, ids], (...inputs) => {
    const names = [...weights.keys()]
    const params = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]))
    const [inputIds, targetIds] = inputs.slice(names.length)
    const { hidden_ND } = forward(params, c, inputIds!, null, plan)
    const tokens = sequences * length
    const weight = broadcast(scalar(1 / tokens), [tokens])
    const { total } = crossEntropy(
      hidden_ND,
      param(params, 'lm_head.weight'),
      reshape(targetIds!, [tokens]),
      weight,
      plan,
    )
    const trained = names.filter((name) => !name.endsWith('e_score_correction_bias'))
    return [
      total,
      ...grad(
        total,
        trained.map((name) => params[name]!),
      ),
    ]
  })
}

/** `(parameters, state, gradients, hyper) → (parameters, state, update RMS)`: MuonClip alone. */
export function optimizerProgram(c: K2Config, plan: Plan = acceleratorPlan): Program {
  const specs = parameterSpecs(c)
  const trained = specs.filter(({ kind }) => kind !== 'routerBias')
  const stateSpecs = optimizerStateSpecs(specs, muonClipOptions)
  const types = [
    ...specs.map(({ shape }) => f32(...shape)),
    ...stateSpecs.map(({ shape }) => f32(...shape)),
    ...trained.map(({ shape }) => f32(...shape)),
    f32(),
  ]
  return trace('optimizer', types, (...inputs) => {
    const [P, S] = [specs.length, stateSpecs.length]
    const named = (list: readonly { name: string }[], from: number) =>
      Object.fromEntries(list.map(({ name }, i) => [name, inputs[from + i]!]))
    const one = inputs.at(-1)!
    const result = muonClip(
      c,
      specs,
      muonClipOptions,
      { learningRate: one, adamLearningRate: one, firstCorrection: one, secondCorrection: one, tau: one },
      {
        params: named(specs, 0),
        gradients: named(trained, P + S),
        state: named(stateSpecs, P),
        maxLogits_LH: broadcast(scalar(0), [c.numHiddenLayers, c.numAttentionHeads]),
      },
      plan,
    )
    return [
      ...specs.map(({ name }) => result.params[name]!),
      ...stateSpecs.map(({ name }) => result.state[name]!),
      result.muonUpdateRms,
    ]
  })
}
