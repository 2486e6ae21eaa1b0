import { readFileSync } from 'node:fs'
import type { DeviceBuffer } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts'
import { attentionMask, causalAttention } from '../../src/nn/attention.ts'
import { crossEntropy } from '../../src/nn/loss.ts'
import { rmsNorm } from '../../src/nn/rms-norm.ts'
import { gatedSilu } from '../../src/nn/swi-glu.ts'
import { adamUpdate } from '../../src/optim/adamw.ts'
import { grad } from '../../src/tensor/grad.ts'
import { linear } from '../../src/tensor/ops/contraction.ts'
import { add, mul, sub } from '../../src/tensor/ops/elementwise.ts'
import { gather } from '../../src/tensor/ops/indexing.ts'
import { scalar } from '../../src/tensor/ops/leaf.ts'
import { broadcast, reshape, transpose } from '../../src/tensor/ops/shape.ts'
import { type Tensor, trace } from '../../src/tensor/trace.ts'
import type { Type } from '../../src/tensor/types.ts'
import type { Implementation } from './implementation.ts'
import { adam, checkedWeight, epsilon } from './model-shape.ts'
import type { Problem } from './problem.ts'

/** Mean cross-entropy of the batch. B sequences, T positions, D width, H heads. */
function loss(
  { shape, specs }: Problem,
  weights: readonly Tensor[],
  inputs: Tensor,
  targets: Tensor,
): Tensor {
  const { sequences: B, length: T, width: D, heads: H, layers } = shape
  const w = (name: string): Tensor => weights[specs.findIndex((spec) => spec.name === name)]!
  const tokens = B * T
  const mask = attentionMask(B, T, null)
  const byHead = (x: Tensor) => transpose(reshape(x, [B, T, H, D / H]), [0, 2, 1, 3])
  const embedded = add(reshape(gather(w('embedding'), inputs), [B, T, D]), w('position'))
  let x = reshape(embedded, [tokens, D])
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string) => w(`${layer}.${name}`)
    const n = rmsNorm(x, at('attentionNorm'), epsilon)
    const heads = (name: string) => byHead(linear(n, at(name)))
    const { output } = causalAttention(heads('query'), heads('key'), heads('value'), mask, (D / H) ** -0.5)
    x = add(x, linear(reshape(transpose(output, [0, 2, 1, 3]), [tokens, D]), at('output')))
    const m = rmsNorm(x, at('mlpNorm'), epsilon)
    x = add(x, linear(gatedSilu(linear(m, at('gate')), linear(m, at('up'))), at('down')))
  }
  const weight = broadcast(scalar(1 / tokens), [tokens])
  return crossEntropy(rmsNorm(x, w('norm'), epsilon), w('head'), targets, weight).total
}

export async function createImplementation(problem: Problem): Promise<Implementation> {
  const { shape, specs } = problem
  const count = specs.length
  const weightTypes = specs.map((spec): Type => ({ dtype: 'f32', shape: spec.shape }))
  const ids: Type = { dtype: 'i32', shape: [shape.sequences * shape.length] }
  const one: Type = { dtype: 'f32', shape: [] }

  const gradientProgram = trace('dense_gradient', [...weightTypes, ids, ids], (...inputs) => {
    const weights = inputs.slice(0, count)
    const value = loss(problem, weights, inputs[count]!, inputs[count + 1]!)
    return [...grad(value, weights), value]
  })
  const state = [...weightTypes, ...weightTypes, ...weightTypes]
  const trainProgram = trace('dense_training_step', [...state, ids, ids, one, one], (...inputs) => {
    const group = (g: number) => inputs.slice(g * count, (g + 1) * count)
    const [weights, firsts, seconds] = [group(0), group(1), group(2)]
    const [x, y, first, second] = inputs.slice(3 * count) as [Tensor, Tensor, Tensor, Tensor]
    const value = loss(problem, weights, x, y)
    const moved = grad(value, weights).map((gradient, i) =>
      adamUpdate(gradient, firsts[i]!, seconds[i]!, { first, second }, adam),
    )
    return [
      ...moved.map(({ update }, i) => sub(weights[i]!, mul(update, adam.learningRate))),
      ...moved.map((m) => m.first),
      ...moved.map((m) => m.second),
      value,
    ]
  })

  const engine = createOnnxEngine({ threads: problem.threads })
  const gradientStep = await engine.compile(gradientProgram)
  const trainStep = await engine.compile(trainProgram, { donate: state.length })
  const weights = problem.weights.map((data, i) => engine.upload(weightTypes[i]!, data))
  const batch = [problem.inputs, problem.targets].map((data) => engine.upload(ids, data))
  let current: DeviceBuffer[] = state.map((type, i) => engine.upload(type, problem.weights[i]))
  let step = 0

  return {
    version: `tsukimi on onnxruntime ${onnxruntimeVersion()}`,
    async gradient() {
      const outputs = await gradientStep.run([...weights, ...batch])
      const [value] = await outputs.at(-1)!.read()
      for (const output of outputs) output[Symbol.dispose]()
      return value!
    },
    async train() {
      step++
      const corrections = [1 - adam.beta1 ** step, 1 - adam.beta2 ** step].map((c) =>
        engine.upload(one, Float32Array.of(c)),
      )
      const outputs = await trainStep.run([...current, ...batch, ...corrections])
      current = outputs.slice(0, -1)
      const [value] = await outputs.at(-1)!.read()
      for (const buffer of [outputs.at(-1)!, ...corrections]) buffer[Symbol.dispose]()
      return value!
    },
    async checkedGradient() {
      const outputs = await gradientStep.run([...weights, ...batch])
      const gradient = await outputs[specs.findIndex((spec) => spec.name === checkedWeight)]!.read()
      const copy = Float32Array.from(gradient)
      for (const output of outputs) output[Symbol.dispose]()
      return copy
    },
  }
}

const onnxruntimeVersion = (): string =>
  JSON.parse(
    readFileSync(new URL('../../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8'),
  ).version
