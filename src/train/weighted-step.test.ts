import { describe, expect, test } from 'vitest'
import { newRandom } from '../engine/conformance/random.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { interpretOnDevices } from '../engine/reference/devices.ts'
import { interpret } from '../engine/reference/interpret.ts'
import { randomWeights } from '../generate/tiny-models.fixture.ts'
import type { K2Config } from '../nn/config.ts'
import { hostPlan } from '../nn/plan.ts'
import { integers, numbers, tinyK2 } from '../nn/traced.fixture.ts'
import { optimize } from '../tensor/passes/optimize.ts'
import { type HostTensor, zeros } from '../tensor/types.ts'
import { metricNames, type StepOptions, type StepProgram, trainingStep } from './step.ts'

const model: K2Config = { ...tinyK2, numAttentionHeads: 2, moeIntermediateSize: 6, vocabSize: 12 }
const [B, T] = [4, 4]
const N = B * T
const options: StepOptions = {
  accumulation: 1,
  sequences: B,
  sequenceLength: T,
  separateDocuments: true,
  weighted: true,
  optimizer: {
    kind: 'muonclip',
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: false,
    newtonSchulzSteps: 1,
    matrices: 'tensor',
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
  },
  biasRule: 'deepseek',
  balanceLoss: 0,
}
const hyper: Readonly<Record<string, number>> = {
  learningRate: 0.01,
  adamLearningRate: 0.02,
  firstCorrection: 0.1,
  secondCorrection: 0.05,
  tau: 100,
  biasRate: 0,
}

interface Given {
  readonly lossWeights?: readonly number[]
  readonly inputIds?: readonly number[]
  readonly targetIds?: readonly number[]
  readonly weights?: ReadonlyMap<string, Float32Array>
}

const random = newRandom(2)
const drawn = {
  inputIds: [...random.integers([N], 0, model.vocabSize - 1).data],
  targetIds: [...random.integers([N], 0, model.vocabSize - 1).data],
  /** Each row ends in a document of its own, as padding does. */
  documentIds: Array.from({ length: N }, (_, i) => (i % T === T - 1 ? 1 : 0)),
  lossWeights: Array.from({ length: N }, () => 1 / N),
}
const initial = randomWeights(model, 1)

function inputsOf({ state, specs, batchInputs }: StepProgram, o: StepOptions, given: Given): HostTensor[] {
  const shape = [o.accumulation, o.sequences, T]
  const weights = given.weights ?? initial
  return [
    ...specs.map(({ name, shape }) => numbers(shape, [...weights.get(name)!])),
    ...state
      .slice(specs.length)
      .map(({ shape }) => ({ dtype: 'f32', shape, data: zeros({ dtype: 'f32', shape }) }) as const),
    ...batchInputs.map((name) => {
      if (name in hyper) return numbers([], [hyper[name]!])
      const values = { ...drawn, ...given }[name as keyof typeof drawn]
      return name === 'lossWeights' ? numbers(shape, values) : integers(shape, values)
    }),
  ]
}

type Outputs = ReadonlyMap<string, readonly number[]>

const named = (step: StepProgram, values: readonly ArrayLike<number>[]): Outputs =>
  new Map(
    [...step.state.map(({ name }) => name), ...metricNames].map((name, i) => [name, Array.from(values[i]!)]),
  )

const traced = new Map<string, { readonly step: StepProgram; readonly program: StepProgram['program'] }>()

function outputsOf(given: Given, changes: Partial<StepOptions> = {}): Outputs {
  const o = { ...options, ...changes }
  const key = JSON.stringify(changes)
  if (!traced.has(key)) {
    const step = trainingStep(model, o)
    traced.set(key, { step, program: optimize(step.program) })
  }
  const { step, program } = traced.get(key)!
  const inputs = inputsOf(step, o, given)
  const values = step.layout ? interpretOnDevices(program, step.layout, inputs) : interpret(program, inputs)
  return named(
    step,
    values.map(({ data }) => data),
  )
}

const one = (at: number): number[] => Array.from({ length: N }, (_, i) => (i === at ? 1 : 0))
const evenly = (places: readonly number[]): number[] =>
  Array.from({ length: N }, (_, i) => (places.includes(i) ? 1 / places.length : 0))

/** Optimizers that begin with nothing hold the gradient after a step, up to a factor. */
const isGradient = (name: string): boolean => /^(momentum|first)\./.test(name)
const metricsOfAttention = ['hiddenRms', 'maxLogits', 'expertLoads', 'headsClipped', 'balanceLoss']

function expectSame(got: Outputs, wanted: Outputs, tolerance: number, except: readonly string[] = []): void {
  for (const [name, values] of wanted) {
    if (except.includes(name)) continue
    const size = values.reduce((top, x) => Math.max(top, Math.abs(x)), 1e-3)
    const apart = Math.max(...values.map((x, i) => Math.abs(x - got.get(name)![i]!)))
    expect(apart / size, name).toBeLessThanOrEqual(tolerance)
  }
}

const learned = [1, 2, 9]
const weighted = outputsOf({ lossWeights: evenly(learned) })

test('equal weights are the step without weights, but for the order of sums', () => {
  expectSame(outputsOf({}), outputsOf({}, { weighted: false }), 1e-12)
})

test('loss and gradient are the means over the tokens that weigh', () => {
  const alone = learned.map((at) => outputsOf({ lossWeights: one(at) }))
  const mean = (name: string, i: number): number =>
    alone.reduce((sum, outputs) => sum + outputs.get(name)![i]!, 0) / learned.length
  const means = new Map(
    [...weighted]
      .filter(([name]) => name === 'loss' || isGradient(name))
      .map(([name, values]) => [name, values.map((_, i) => mean(name, i))]),
  )
  expect(means.size).toBeGreaterThan(10)
  expectSame(weighted, means, 1e-6)
})

test('the gradient is that of finite differences of the weighted loss', () => {
  const name = 'model.layers.0.self_attn.kv_b_proj.weight'
  const gradient = weighted.get(`momentum.${name}`)!
  for (const i of [0, 7, 19]) {
    const [above, below] = [1e-3, -1e-3].map((change) => {
      const values = initial.get(name)!.slice()
      values[i]! += change
      const weights = new Map([...initial, [name, values]])
      return outputsOf({ lossWeights: evenly(learned), weights }).get('loss')![0]!
    })
    expect(gradient[i]).toBeCloseTo((above! - below!) / 2e-3, 3)
  }
})

describe('tokens that weigh nothing', () => {
  test('may have any target', () => {
    const targetIds = drawn.targetIds.map((id, i) => (learned.includes(i) ? id : (id + 5) % model.vocabSize))
    expectSame(outputsOf({ lossWeights: evenly(learned), targetIds }), weighted, 0)
  })

  test('may be any padding', () => {
    const inputIds = drawn.inputIds.map((id, i) =>
      drawn.documentIds[i] === 1 ? (id + 5) % model.vocabSize : id,
    )
    const padded = outputsOf({ lossWeights: evenly(learned), inputIds })
    expectSame(padded, weighted, 1e-7, metricsOfAttention)
  })
})

test('micro-batches of unequal weight add up to the step of the whole batch', () => {
  const cut = outputsOf({ lossWeights: evenly(learned) }, { accumulation: 2, sequences: 2 })
  expectSame(cut, weighted, 1e-6, ['hiddenRms'])
})

test.each([{ data: 2 }, { data: 4 }, { tensor: 2 }, { expert: 2, tensor: 2 }])(
  'devices %o, of which some have nothing to learn, take the step of one',
  (sizes) => {
    const mesh = { axes: Object.entries(sizes).map(([name, size]) => ({ name, size })) }
    expectSame(outputsOf({ lossWeights: evenly(learned) }, { plan: { ...hostPlan, mesh } }), weighted, 1e-6, [
      'hiddenRms',
    ])
  },
)

test('the ONNX engine takes the step that the interpreter takes', async () => {
  const o = { ...options, accumulation: 2, sequences: 2 }
  const step = trainingStep(model, o)
  using engine = createOnnxEngine({ threads: 1 })
  using executable = await engine.compile(step.program)
  const inputs = inputsOf(step, o, { lossWeights: evenly(learned) })
  const got = await executable.run(inputs.map((input) => engine.upload(input, input.data)))
  const values = await Promise.all(got.map((buffer) => buffer.read()))
  expectSame(named(step, values as readonly ArrayLike<number>[]), weighted, 1e-4, ['hiddenRms'])
})
