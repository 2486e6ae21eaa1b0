import fc from 'fast-check'
import { describe, test } from 'vitest'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { expectNear } from '../tensor/finite-differences.fixture.ts'
import { grad } from '../tensor/grad.ts'
import { mul } from '../tensor/ops/elementwise.ts'
import { type Tensor, trace } from '../tensor/trace.ts'
import type { HostTensor } from '../tensor/types.ts'
import { crossEntropy } from './loss.ts'
import { evaluate, expectGradients, floats, integers, numbers } from './traced.fixture.ts'
import { weightedCrossEntropy } from './weighted-loss.ts'

const [V, D] = [7, 3]

const inputsOf = (weights: readonly number[]): HostTensor[] => [
  floats(1, [weights.length, D], -2, 2),
  floats(2, [V, D]),
  integers(
    [weights.length],
    weights.map((_, n) => (n * 5) % V),
  ),
  numbers([weights.length], weights),
]

const withGradients =
  (loss: (...inputs: [Tensor, Tensor, Tensor, Tensor]) => Tensor) =>
  (...inputs: Tensor[]): readonly Tensor[] => {
    const total = loss(...(inputs as [Tensor, Tensor, Tensor, Tensor]))
    return [total, ...grad(mul(total, 3), inputs.slice(0, 2))]
  }
const skipping = withGradients((...inputs) => weightedCrossEntropy(...inputs))
const whole = withGradients((...inputs) => crossEntropy(...inputs).total)

const weight = fc.oneof(fc.constant(0), fc.float({ min: -2, max: 2, noNaN: true }))

describe('a loss that makes no logits of tokens without weight', () => {
  test('is the loss of all tokens, with its gradients, whichever tokens weigh', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 21 }), (weights) => {
        const inputs = inputsOf(weights)
        const wanted = evaluate(inputs, whole)
        evaluate(inputs, skipping).forEach((x, i) => {
          expectNear(x, wanted[i]!)
        })
      }),
      { numRuns: 40 },
    )
  })

  test('agrees with finite differences', () => {
    expectGradients({
      inputs: inputsOf([1, 0, 0.5, 0, 0, 2, 0, 0, 0, 1]),
      build: (...inputs) => [weightedCrossEntropy(...(inputs as [Tensor, Tensor, Tensor, Tensor]))],
      differentiable: [0, 1],
    })
  })

  test('on the engine: of all tokens, of some, and of none', async () => {
    using engine = createOnnxEngine()
    const types = inputsOf(Array<number>(40).fill(0))
    using executable = await engine.compile(trace('loss', types, skipping))
    using reference = await engine.compile(trace('loss', types, whole))
    for (const weights of [
      Array.from({ length: 40 }, (_, n) => 1 + n),
      Array.from({ length: 40 }, (_, n) => (n % 3 === 1 ? 0.1 * n : 0)),
      Array<number>(40).fill(0),
    ]) {
      const inputs = inputsOf(weights)
      const run = async (program: typeof executable) => {
        const outputs = await program.run(inputs.map((input) => engine.upload(input, input.data)))
        return Promise.all(outputs.map(async (output) => Array.from(await output.read())))
      }
      const [got, wanted] = [await run(executable), await run(reference)]
      got.forEach((x, i) => {
        expectNear(x, wanted[i]!)
      })
    }
  })
})
