import { describe, expect, test } from 'vitest'
import { newRandom } from '../engine/conformance/random.ts'
import { interpretOnDevices } from '../engine/reference/devices.ts'
import { interpret } from '../engine/reference/interpret.ts'
import { randomWeights } from '../generate/tiny-models.fixture.ts'
import { hostPlan, type Plan } from '../nn/plan.ts'
import { integers, numbers, tinyK2 } from '../nn/traced.fixture.ts'
import { optimize } from '../tensor/passes/optimize.ts'
import { type HostTensor, sizeOf } from '../tensor/types.ts'
import { metricNames, type StepOptions, type StepProgram, trainingStep } from './step.ts'

const model = {
  ...tinyK2,
  numAttentionHeads: 4,
  vocabSize: 12,
  hiddenSize: 8,
  moeIntermediateSize: 6,
  firstKDenseReplace: 1,
}
const options: StepOptions = {
  accumulation: 2,
  sequences: 4,
  sequenceLength: 4,
  separateDocuments: false,
  optimizer: {
    kind: 'muonclip',
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: true,
    newtonSchulzSteps: 5,
    matrices: 'part',
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
  },
  biasRule: 'deepseek',
  balanceLoss: 0.01,
}
const hyper: Record<string, number> = {
  learningRate: 0.01,
  adamLearningRate: 0.02,
  firstCorrection: 0.1,
  secondCorrection: 0.05,
  tau: 0.5,
  biasRate: 0.1,
}

/** Whole tensors: weights, random moments, tokens, hyper-parameters. */
function inputsOf({ state, specs, batchInputs }: StepProgram): HostTensor[] {
  const weights = randomWeights(model, 1)
  const random = newRandom(3)
  const ids = [options.accumulation, options.sequences, options.sequenceLength]
  return [
    ...specs.map(({ name, shape }) => numbers(shape, [...weights.get(name)!])),
    ...state.slice(specs.length).map(({ shape }) => random.floats(shape, 0, 0.01)),
    ...batchInputs.map((name) =>
      name in hyper
        ? numbers([], [hyper[name]!])
        : integers(ids, [...random.integers([sizeOf(ids)], 0, model.vocabSize - 1).data]),
    ),
  ]
}

function outputsOn(plan: Plan, changes: Partial<StepOptions> = {}): ReadonlyMap<string, readonly number[]> {
  const step = trainingStep(model, { ...options, ...changes, plan })
  const inputs = inputsOf(step)
  const program = optimize(step.program)
  const values = step.layout ? interpretOnDevices(program, step.layout, inputs) : interpret(program, inputs)
  const names = [...step.state.map(({ name }) => name), ...metricNames]
  return new Map(names.map((name, i) => [name, Array.from(values[i]!.data)]))
}

const meshOf = (sizes: Record<string, number>): Plan['mesh'] => ({
  axes: Object.entries(sizes).map(([name, size]) => ({ name, size })),
})

/** Means of root mean squares differ from the largest of them; this metric only says where numbers explode. */
const isApproximate = (name: string): boolean => name === 'hiddenRms'

function expectSame(
  got: ReadonlyMap<string, readonly number[]>,
  wanted: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, values] of wanted) {
    if (isApproximate(name)) continue
    const size = Math.max(1e-3, ...values.map(Math.abs))
    const apart = Math.max(...values.map((x, i) => Math.abs(x - got.get(name)![i]!)))
    expect(apart / size, name).toBeLessThan(1e-6)
  }
}

describe('a step on a mesh is the step on one device', () => {
  const alone = outputsOn(hostPlan)
  test.each([
    [{ data: 2 }, {}],
    [{ data: 4 }, {}],
    [{ expert: 2 }, {}],
    [{ tensor: 2 }, {}],
    [{ data: 2, expert: 2 }, {}],
    [{ data: 2, tensor: 2 }, {}],
    [{ expert: 2, tensor: 2 }, {}],
    [{ data: 2 }, { shardParameters: true }],
    [
      { data: 2, expert: 2, tensor: 2 },
      { shardParameters: true, recompute: 'layers' },
    ],
  ] as const)('%o %o', (mesh, changes) => {
    expectSame(outputsOn({ ...hostPlan, ...changes, mesh: meshOf(mesh) }), alone)
  })
})

test('recomputing layers changes nothing', () => {
  expectSame(outputsOn({ ...hostPlan, recompute: 'layers' }), outputsOn(hostPlan))
})

test('the form for accelerators is the same function', () => {
  const host = outputsOn(hostPlan)
  const fused = outputsOn({ ...hostPlan, attention: 'fused' })
  // Largest logits up to τ may be bounds; here every layer has a head above it.
  expectSame(fused, host)
})
