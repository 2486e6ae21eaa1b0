import { afterAll, describe, expect, test } from 'vitest'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { acceleratorPlan, hostPlan } from '../nn/plan.ts'
import { UserError } from '../user-error.ts'
import { computeTypes } from './compute-buffers.ts'
import { createDecodePrograms } from './decode-programs.ts'
import { startDecoding } from './decoding.ts'
import { createGenerator, type GenerateOptions } from './generate.ts'
import { readOnce } from './read-once.fixture.ts'
import { argMax } from './sampler.ts'
import { randomWeights, tinyModels } from './tiny-models.fixture.ts'

const config = tinyModels.plain!
const weights = randomWeights(config, 2)
const engine = createOnnxEngine()
const generator = createGenerator(engine, config, weights)
afterAll(() => {
  generator[Symbol.dispose]()
  engine[Symbol.dispose]()
})

const prompt = [5, 17, 2]
const written = (options: Partial<GenerateOptions> = {}): Promise<number[]> =>
  Array.fromAsync(generator.generate({ prompt, maxTokens: 12, ...options }))

/** An engine that counts the buffers and executables which nobody disposed, donated ones aside. */
function counting(inner: Engine): Engine & { live(): number } {
  const live = new Set<object>()
  const counted = <T extends object & Disposable>(resource: T): T => {
    const dispose = resource[Symbol.dispose].bind(resource)
    live.add(resource)
    resource[Symbol.dispose] = () => {
      live.delete(resource)
      dispose()
    }
    return resource
  }
  return {
    name: inner.name,
    upload: (type, data) => counted(inner.upload(type, data)),
    async compile(program, options) {
      const executable = counted(await inner.compile(program, options))
      const run = executable.run.bind(executable)
      executable.run = async (inputs) => {
        const outputs = await run(inputs)
        for (const donated of inputs.slice(0, options?.donate ?? 0)) live.delete(donated)
        return outputs.map(counted)
      }
      return executable
    },
    [Symbol.dispose]: () => inner[Symbol.dispose](),
    live: () => live.size,
  }
}

test('temperature 0 follows the largest logit', async () => {
  const parameters = parameterSpecs(config).map(({ name, shape }) =>
    engine.upload({ dtype: 'f32', shape }, weights.get(name)!),
  )
  using programs = createDecodePrograms(engine, config, hostPlan)
  using decoding = startDecoding(engine, programs, parameters, {
    batch: 1,
    places: 16,
    ending: 'logits',
  })
  const expected: number[] = []
  for (let next = prompt; expected.length < 12; next = [expected.at(-1)!])
    expected.push(argMax(await readOnce(decoding.feed([next]))))
  expect(await written({ temperature: 0 })).toEqual(expected)
  for (const buffer of parameters) buffer[Symbol.dispose]()
})

test('the seed decides, and nothing else', async () => {
  const [a, b, c] = [await written({ seed: 4 }), await written({ seed: 4 }), await written({ seed: 5 })]
  expect(a).toHaveLength(12)
  expect(b).toEqual(a)
  expect(c).not.toEqual(a)
})

test('two texts at once do not disturb each other', async () => {
  const [a, b] = [await written({ seed: 1 }), await written({ seed: 2, prompt: [9] })]
  expect(await Promise.all([written({ seed: 1 }), written({ seed: 2, prompt: [9] })])).toEqual([a, b])
})

test('a stop id ends the text and is not part of it', async () => {
  const all = await written({ seed: 4 })
  const stop = all[5]!
  expect(await written({ seed: 4, stop: [stop] })).toEqual(all.slice(0, all.indexOf(stop)))
})

test('ids that the tokenizer lacks are not generated', async () => {
  expect(Math.max(...(await written({ maxTokens: 30 })))).toBeGreaterThanOrEqual(20)
  expect(Math.max(...(await written({ maxTokens: 30, vocabSize: 20 })))).toBeLessThan(20)
})

test('an aborted signal ends the iteration', async () => {
  const controller = new AbortController()
  const ids: number[] = []
  const reading = (async () => {
    for await (const id of generator.generate({ prompt, maxTokens: 12, signal: controller.signal })) {
      ids.push(id)
      if (ids.length === 3) controller.abort(new Error('enough'))
    }
  })()
  await expect(reading).rejects.toThrow('enough')
  expect(ids).toHaveLength(3)
})

describe('wrong requests', () => {
  test.each<[Partial<GenerateOptions>, string]>([
    [{ prompt: [] }, 'the prompt has no tokens'],
    [{ prompt: [53] }, 'token id 53 of the prompt is outside 0 … 52'],
    [{ maxTokens: 38 }, "3 tokens of prompt and 38 new ones are more than the model's 40 positions"],
    [{ maxTokens: 1.5 }, 'cannot generate 1.5 tokens'],
    [{ temperature: -1 }, 'the temperature -1'],
    [{ topP: 0 }, 'top-p 0'],
  ])('%o', async (options, message) => {
    const error = await written(options).catch((error) => error)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(message)
  })

  test('all positions can be used', async () => {
    expect(await written({ maxTokens: 37 })).toHaveLength(37)
  })
})

describe('disposal', () => {
  const inner = createOnnxEngine()
  afterAll(() => inner[Symbol.dispose]())

  test('leaves no buffers, also when the reader stops early', async () => {
    const counted = counting(inner)
    {
      using own = createGenerator(counted, config, weights)
      const before = counted.live()
      await Array.fromAsync(own.generate({ prompt, maxTokens: 5 }))
      for await (const _ of own.generate({ prompt, maxTokens: 5 })) break
      // The programs stay: one for the prompt, one for single tokens.
      expect(counted.live()).toBe(before + 2)
    }
    await new Promise(setImmediate)
    expect(counted.live()).toBe(0)
  })

  test('in bf16 only the cast weights stay', async () => {
    const counted = counting(createReferenceEngine())
    {
      using own = createGenerator(counted, config, weights, { plan: acceleratorPlan, choice: 'device' })
      for await (const _ of own.generate({ prompt, maxTokens: 9 })) break
      // And the programs: empty caches, one for the prompt, one for single tokens.
      expect(counted.live()).toBe(computeTypes(config, acceleratorPlan).size + 3)
    }
    await new Promise(setImmediate)
    expect(counted.live()).toBe(0)
  })

  test("a trainer's buffers are left alone and asked for anew", async () => {
    const counted = counting(inner)
    let held: DeviceBuffer[] = []
    const hold = (seed: number) => {
      for (const buffer of held) buffer[Symbol.dispose]()
      const values = randomWeights(config, seed)
      held = parameterSpecs(config).map(({ name, shape }) =>
        counted.upload({ dtype: 'f32', shape }, values.get(name)!),
      )
    }
    {
      using borrowing = createGenerator(counted, config, () => held)
      hold(2)
      const first = await Array.fromAsync(borrowing.generate({ prompt, maxTokens: 12, seed: 4 }))
      expect(first).toEqual(await written({ seed: 4 }))
      hold(3)
      expect(await Array.fromAsync(borrowing.generate({ prompt, maxTokens: 12, seed: 4 }))).not.toEqual(first)
    }
    await new Promise(setImmediate)
    expect(counted.live()).toBe(held.length)
    for (const buffer of held) buffer[Symbol.dispose]()
  })
})
