/**
 * `node bench/gpu/check-mesh.ts`: a training step of a tiny model on every mesh of two devices (four, eight where there are
 * so many) against the same step on one, in float32.
 */
import { newRandom } from '../../src/engine/conformance/random.ts'
import type { DeviceBuffer } from '../../src/engine/engine.ts'
import { createXlaEngine } from '../../src/engine/xla/engine.ts'
import { acceleratorPlan, type Plan } from '../../src/nn/plan.ts'
import { presets } from '../../src/nn/presets.ts'
import { deviceCount, type Mesh } from '../../src/tensor/mesh.ts'
import { type HostTensor, sizeOf } from '../../src/tensor/types.ts'
import { hyperNames, metricNames, type StepOptions, trainingStep } from '../../src/train/step.ts'
import { muonClipOptions } from '../training.ts'

const model = {
  ...presets.nano,
  vocabSize: 64,
  hiddenSize: 32,
  intermediateSize: 48,
  moeIntermediateSize: 16,
  numHiddenLayers: 2,
}
const base: StepOptions = {
  accumulation: 2,
  sequences: 8,
  sequenceLength: 16,
  separateDocuments: false,
  optimizer: { ...muonClipOptions, matrices: 'part' },
  biasRule: 'deepseek',
  balanceLoss: 0.01,
}
const hyper: Readonly<Record<string, number>> = {
  learningRate: 0.01,
  adamLearningRate: 0.02,
  firstCorrection: 0.1,
  secondCorrection: 0.05,
  tau: 0.05,
  biasRate: 0.1,
}

const engine = await createXlaEngine()

async function outputsOn(plan: Plan): Promise<Map<string, number[]>> {
  const step = trainingStep(model, { ...base, plan })
  const random = newRandom(3)
  const ids = [base.accumulation, base.sequences, base.sequenceLength]
  const batches = step.batchInputs.length - hyperNames.length
  const { layout } = step
  const place = (i: number) => layout && { mesh: layout.mesh, sharding: layout.inputs[i]! }
  const tensors: HostTensor[] = [
    ...step.state.map(({ name, shape }) =>
      name.startsWith('model') || name.startsWith('lm_head')
        ? random.floats(shape, -0.3, 0.3)
        : random.floats(shape, 0, 0.01),
    ),
    ...Array.from({ length: batches }, () => random.integers(ids, 0, model.vocabSize - 1)),
    ...hyperNames.map(
      (name): HostTensor => ({ dtype: 'f32', shape: [], data: Float32Array.of(hyper[name]!) }),
    ),
  ]
  using executable = await engine.compile(step.program, {
    donate: step.state.length,
    ...(layout && { layout }),
  })
  const inputs = tensors.map((x, i) => engine.upload(x, x.data, place(i)))
  const outputs: DeviceBuffer[] = await executable.run(inputs)
  const names = [...step.state.map(({ name }) => name), ...metricNames]
  const found = new Map<string, number[]>()
  for (const [i, name] of names.entries()) found.set(name, Array.from(await outputs[i]!.read()))
  for (const buffer of [...inputs.slice(step.state.length), ...outputs]) buffer[Symbol.dispose]()
  return found
}

const plans: { readonly [kind: string]: Plan } = {
  f32: { ...acceleratorPlan, dtype: 'f32' },
  bf16: acceleratorPlan,
}
const meshes: readonly Record<string, number>[] = [
  { data: 2 },
  { expert: 2 },
  { tensor: 2 },
  { data: 2, expert: 2 },
  { data: 2, tensor: 2 },
  { data: 2, expert: 2, tensor: 2 },
]
let failures = 0
for (const [kind, plan] of Object.entries(plans)) {
  const alone = await outputsOn(plan)
  for (const sizes of meshes)
    for (const shardParameters of [false, true]) {
      const mesh: Mesh = { axes: Object.entries(sizes).map(([name, size]) => ({ name, size })) }
      if (deviceCount(mesh) > engine.devices.length) continue
      const name = `${kind} ${JSON.stringify(sizes)}${shardParameters ? ' parameters shared' : ''}`
      try {
        const found = await outputsOn({
          ...plan,
          mesh,
          shardParameters,
          recompute: shardParameters ? 'layers' : 'none',
        })
        let [worst, at] = [0, '']
        for (const [tensor, values] of alone) {
          if (tensor === 'hiddenRms') continue
          const size = values.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-3)
          const apart =
            values.reduce((m, x, i) => Math.max(m, Math.abs(x - found.get(tensor)![i]!)), 0) / size
          if (apart > worst) [worst, at] = [apart, tensor]
        }
        const bound = kind === 'f32' ? 1e-3 : 0.1
        if (!(worst <= bound)) failures++
        console.log(`${worst <= bound ? 'pass' : 'FAIL'} ${name}: ${worst.toExponential(1)} at ${at}`)
      } catch (error) {
        failures++
        console.log(`FAIL ${name}: ${String(error).slice(0, 500)}`)
      }
    }
}
console.log(`${sizeOf([engine.devices.length])} devices, ${failures} failures`)
engine[Symbol.dispose]()
await engine.closed
process.exitCode = failures === 0 ? 0 : 1
