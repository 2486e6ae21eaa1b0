/** Generation as accelerators do it: weights and caches in bf16, several sequences, tokens chosen by programs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { createJaxlibEngine } from '../engine/xla/jaxlib.fixture.ts'
import type { K2Config } from '../nn/config.ts'
import { acceleratorPlan, hostPlan, type Plan } from '../nn/plan.ts'
import { uniform } from '../tensor/random.ts'
import { createDecodePrograms } from './decode-programs.ts'
import { type Decoding, startDecoding } from './decoding.ts'
import { type Beginning, createGenerator } from './generate.ts'
import { generatorWeights } from './generator-weights.ts'
import { readOnce } from './read-once.fixture.ts'
import { randomWeights, tinyModels } from './tiny-models.fixture.ts'

const python = process.env.TSUKIMI_JAXLIB_PYTHON
const models = Object.entries(tinyModels)
const engines: [string, () => Engine, typeof models][] = [
  ['reference', createReferenceEngine, models],
  // Which compiles for seconds.
  ...(python === undefined
    ? []
    : [['jaxlib', () => createJaxlibEngine(python), models.slice(-2)] as (typeof engines)[number]]),
]
/** f32, but in an accelerator's blocks. */
const widePlan: Plan = { ...acceleratorPlan, dtype: 'f32' }
const some = (seed: number, length: number, c: K2Config): number[] =>
  Array.from({ length }, (_, i) => Math.floor(uniform(seed, i) * c.vocabSize))

/** Largest difference as a share of the largest number. */
const apart = (a: Float32Array, b: Float32Array): number => {
  const most = (values: Float32Array) => values.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
  return most(a.map((x, i) => x - b[i]!)) / most(b)
}

describe.each(engines)('on the engine %s', (_, create, models) => {
  let engine: Engine
  beforeAll(() => {
    engine = create()
  })
  afterAll(() => engine[Symbol.dispose]())

  /** Calls `use` with sequences that end with logits. */
  async function decoded<T>(
    c: K2Config,
    plan: Plan,
    batch: number,
    use: (start: () => Decoding) => Promise<T>,
  ): Promise<T> {
    using weights = generatorWeights(engine, c, plan, randomWeights(c, 7))
    using held = await weights.get()
    using programs = createDecodePrograms(engine, c, plan)
    const started: Decoding[] = []
    const start = (): Decoding => {
      const options = { batch, places: 33, ending: 'logits' } as const
      started.push(startDecoding(engine, programs, held.buffers, options))
      return started.at(-1)!
    }
    try {
      return await use(start)
    } finally {
      for (const decoding of started) decoding[Symbol.dispose]()
    }
  }

  test.each(models)('bf16 comes close to f32: %s', async (_, c) => {
    const ids = some(3, 20, c)
    const logits = (plan: Plan) =>
      decoded(c, plan, 1, async (start) => {
        const decoding = start()
        return [await readOnce(decoding.feed([ids])), await readOnce(decoding.feed([[5]]))]
      })
    const [wide, narrow] = [await logits(hostPlan), await logits(acceleratorPlan)]
    for (const [i, row] of narrow.entries()) expect(apart(row, wide[i]!)).toBeLessThan(0.05)
  })

  test('decoding after a prefill is a longer prefill', async () => {
    const c = tinyModels.plain!
    const rows = [some(1, 22, c), some(2, 22, c)]
    const cut = (from: number, to: number) => rows.map((row) => row.slice(from, to))
    await decoded(c, acceleratorPlan, 2, async (start) => {
      const [whole, parts] = [start(), start()]
      const expected = await readOnce(whole.feed(rows))
      let made: DeviceBuffer = await parts.feed(cut(0, 18))
      for (let t = 18; t < 22; t++) {
        made[Symbol.dispose]()
        made = await parts.feed(cut(t, t + 1))
      }
      // Rounding to bf16 may turn a few numbers, which another order of the same sums does.
      expect(apart(await readOnce(Promise.resolve(made)), expected)).toBeLessThan(0.02)
    })
  })

  test.each([
    ['f32', widePlan, 1e-5],
    ['bf16', acceleratorPlan, 0.02],
  ] as const)('sequences of different lengths together are each alone: %s', async (_, plan, bound) => {
    const c = tinyModels['YaRN, three layers']!
    const rows = [some(1, 3, c), some(2, 21, c), some(3, 18, c)]
    const next = [[4], [9], [50]]
    const together = await decoded(c, plan, 3, async (start) => {
      const decoding = start()
      return [await readOnce(decoding.feed(rows)), await readOnce(decoding.feed(next))]
    })
    for (const [b, row] of rows.entries()) {
      const alone = await decoded(c, plan, 1, async (start) => {
        const decoding = start()
        return [await readOnce(decoding.feed([row])), await readOnce(decoding.feed([next[b]!]))]
      })
      for (const [i, logits] of alone.entries())
        expect(apart(together[i]!.subarray(b * c.vocabSize, (b + 1) * c.vocabSize), logits)).toBeLessThan(
          bound,
        )
    }
  })

  test.each([
    ['likeliest', { temperature: 0 }],
    ['drawn', { temperature: 0.8 }],
    ['nucleus', { temperature: 1.2, topP: 0.8 }],
  ])("the device chooses the host's tokens: %s", async (_, sampling) => {
    const c = tinyModels.plain!
    const weights = randomWeights(c, 7)
    const texts: Beginning[] = [
      { prompt: some(1, 5, c), seed: 4 },
      { prompt: some(2, 11, c), seed: 5 },
    ]
    const options = { ...sampling, maxTokens: 12, vocabSize: 40 }
    using onHost = createGenerator(engine, c, weights, { plan: widePlan })
    using onDevice = createGenerator(engine, c, weights, { plan: widePlan, choice: 'device' })
    const expected = await Array.fromAsync(onHost.generateBatch(texts, options))
    expect(expected).toHaveLength(12)
    expect(await Array.fromAsync(onDevice.generateBatch(texts, options))).toEqual(expected)
    const alone = await Array.fromAsync(onDevice.generate({ ...options, ...texts[1]! }))
    expect(alone).toEqual(expected.map((row) => row[1]))
  })

  test('in bf16 too, and each text ends at its own stop id', async () => {
    const c = tinyModels['expert groups, no shared experts']!
    const weights = randomWeights(c, 7)
    const texts: Beginning[] = [{ prompt: some(1, 5, c) }, { prompt: some(6, 9, c) }]
    const options = { temperature: 0, maxTokens: 10 }
    using onHost = createGenerator(engine, c, weights, { plan: acceleratorPlan })
    using onDevice = createGenerator(engine, c, weights, { plan: acceleratorPlan, choice: 'device' })
    const all = await Array.fromAsync(onHost.generateBatch(texts, options))
    expect(await Array.fromAsync(onDevice.generateBatch(texts, options))).toEqual(all)
    const columns = [0, 1].map((b) => all.map((row) => row[b]!))
    const stop = columns[0]![3]!
    const ended = await Array.fromAsync(onDevice.generateBatch(texts, { ...options, stop: [stop] }))
    for (const [b, column] of columns.entries()) {
      const end = column.includes(stop) ? column.indexOf(stop) : column.length
      expect(ended.map((row) => row[b]).filter((id) => id !== undefined)).toEqual(column.slice(0, end))
    }
  })

  test('damaged weights are told', async () => {
    const c = tinyModels.plain!
    const weights = randomWeights(c, 7)
    weights.get('model.norm.weight')![0] = Number.NaN
    using generator = createGenerator(engine, c, weights, { plan: acceleratorPlan, choice: 'device' })
    const options = { prompt: [1], maxTokens: 4, temperature: 0 }
    await expect(Array.fromAsync(generator.generate(options))).rejects.toThrow('its weights are damaged')
  })
})
