import { afterAll, describe, expect, test } from 'vitest'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { initialWeights } from '../nn/initial-weights.ts'
import { presets } from '../nn/presets.ts'
import { createScheduler } from './create-scheduler.ts'
import { createGenerator } from './generate.ts'
import { all, ids, numbers } from './scheduler.fixture.ts'
import type { GeneratedToken, Scheduler } from './scheduler.ts'
import { randomWeights, tinyModels } from './tiny-models.fixture.ts'

const engine = createOnnxEngine({ threads: 2 })
afterAll(() => engine[Symbol.dispose]())

/** A K2 of the widths of `nano`, whose answers differ from token to token. */
const nano = { ...presets.nano, vocabSize: 512, numHiddenLayers: 2, initializerRange: 0.1 }
const nanoWeights = initialWeights(nano, 5)

async function withScheduler<T>(
  use: (scheduler: Scheduler) => Promise<T>,
  options: Parameters<typeof createScheduler>[3] = {},
): Promise<T> {
  const scheduler = createScheduler(engine, nano, nanoWeights, options)
  try {
    return await use(scheduler)
  } finally {
    await scheduler.close()
  }
}

test.each(Object.entries(tinyModels))('writes what the lockstep generator writes: %s', async (_, model) => {
  const config = { ...model, maxPositionEmbeddings: 200 }
  const weights = randomWeights(config, 3)
  using generator = createGenerator(engine, config, weights)
  const scheduler = createScheduler(engine, config, weights)
  for (const length of [1, 5, 64, 65, 130]) {
    const prompt = numbers(length, length, config.vocabSize)
    const options = { prompt, maxTokens: 20, temperature: 0.8, topP: 0.9, seed: length }
    expect(await ids(scheduler.submit(options))).toEqual(await Array.fromAsync(generator.generate(options)))
  }
  await scheduler.close()
})

test('the reference interpreter writes the same', async () => {
  const config = tinyModels.plain!
  const weights = randomWeights(config, 3)
  using reference = createReferenceEngine()
  const request = { prompt: [1, 2, 3], maxTokens: 3, temperature: 0 }
  const [slow, fast] = [
    createScheduler(reference, config, weights, { maxBatch: 2 }),
    createScheduler(engine, config, weights),
  ]
  expect(await ids(slow.submit(request))).toEqual(await ids(fast.submit(request)))
  await slow.close()
  await fast.close()
})

test('log-probs are those of the model itself, the chosen token among the alternatives when it is likeliest', async () => {
  await withScheduler(async (scheduler) => {
    const prompt = numbers(9, 2, nano.vocabSize)
    const plain = await all(scheduler.submit({ prompt, maxTokens: 5, temperature: 0, topLogProbs: 4 }))
    for (const { id, logProb, alternatives } of plain) {
      expect(alternatives).toHaveLength(4)
      expect(alternatives[0]).toEqual({ id, logProb })
      expect(alternatives.map((one) => one.logProb)).toEqual(
        alternatives.map((one) => one.logProb).toSorted((a, b) => b - a),
      )
    }
    const [first] = plain
    // A bias changes the choice, not what the model thinks.
    const other = first!.alternatives[2]!
    const [biased] = await all(
      scheduler.submit({
        prompt,
        maxTokens: 1,
        temperature: 0,
        topLogProbs: 4,
        logitBias: new Map([[other.id, 100]]),
      }),
    )
    expect(biased).toEqual({ ...first, id: other.id, logProb: other.logProb })
  })
})

test('all log-probs of a place sum to one', async () => {
  const config = tinyModels.plain!
  const scheduler = createScheduler(engine, config, randomWeights(config, 3))
  const [token] = await all(scheduler.submit({ prompt: [4], maxTokens: 1, topLogProbs: config.vocabSize }))
  const sum = token!.alternatives.reduce((total, { logProb }) => total + Math.exp(logProb), 0)
  expect(sum).toBeCloseTo(1, 5)
  await scheduler.close()
})

describe('ending', () => {
  const prompt = numbers(20, 4, nano.vocabSize)

  test('by length, by a stop id, by a constraint that leaves nothing', async () => {
    await withScheduler(async (scheduler) => {
      const whole = scheduler.submit({ prompt, maxTokens: 6, temperature: 0 })
      const written = await ids(whole)
      expect([whole.finishReason, whole.stopToken, written.length]).toEqual(['length', undefined, 6])
      const stopId = written[3]!
      const stopped = scheduler.submit({ prompt, maxTokens: 6, temperature: 0, stop: [stopId] })
      expect(await ids(stopped)).toEqual(written.slice(0, written.indexOf(stopId)))
      expect([stopped.finishReason, stopped.stopToken?.id]).toEqual(['stop', stopId])
      let left = 2
      const words = new Uint32Array(nano.vocabSize / 32)
      words[3] = 0b100
      const constraint = {
        allowed: () => (left > 0 ? words : new Uint32Array(words.length)),
        accept: () => void left--,
      }
      const constrained = scheduler.submit({ prompt, maxTokens: 6, constraint })
      expect(await ids(constrained)).toEqual([98, 98])
      expect(constrained.finishReason).toBe('stop')
    })
  })

  test('by whoever asked: leaving the iteration, abort, and a signal', async () => {
    await withScheduler(async (scheduler) => {
      const left = scheduler.submit({ prompt, maxTokens: 400 })
      for await (const _ of left) break
      const aborted = scheduler.submit({ prompt, maxTokens: 400 })
      setTimeout(() => aborted.abort(), 20)
      const controller = new AbortController()
      const signalled = scheduler.submit({ prompt, maxTokens: 400, signal: controller.signal })
      setTimeout(() => controller.abort(), 20)
      await Promise.all([all(aborted), all(signalled)])
      const late = scheduler.submit({ prompt, maxTokens: 400, signal: controller.signal })
      expect(await all(late)).toEqual([])
      expect([left, aborted, signalled, late].map(({ finishReason }) => finishReason)).toEqual(
        new Array(4).fill('aborted'),
      )
      const { running, queued, pages } = scheduler.stats()
      expect([running, queued, pages.used]).toEqual([0, 0, 0])
    })
  })

  test('of everything, when the scheduler is closed', async () => {
    const scheduler = createScheduler(engine, nano, nanoWeights)
    const generations = [1, 2, 3].map((seed) => scheduler.submit({ prompt, maxTokens: 400, seed }))
    await scheduler.close()
    for (const generation of generations) await all(generation)
    expect(generations.map(({ finishReason }) => finishReason)).toEqual(['aborted', 'aborted', 'aborted'])
    expect(() => scheduler.submit({ prompt, maxTokens: 1 })).toThrow('closed')
  })
})

describe('memory', () => {
  test('requests wait until there is room for all that they may write, and none is lost', async () => {
    const bytes = 4 * nano.numHiddenLayers * (nano.kvLoraRank + nano.qkRopeHeadDim) * 64
    await withScheduler(
      async (scheduler) => {
        expect(scheduler.maxTokens).toBe(4 * 64)
        const texts = Array.from({ length: 9 }, (_, i) =>
          scheduler.submit({ prompt: numbers(60, i, nano.vocabSize), maxTokens: 50, seed: i }),
        )
        const most: number[] = []
        const lengths = await Promise.all(
          texts.map(async (text) => {
            let count = 0
            for await (const _ of text) {
              most.push(scheduler.stats().running)
              count++
            }
            return count
          }),
        )
        expect(lengths).toEqual(new Array(9).fill(50))
        expect(Math.max(...most)).toBe(2)
        expect(scheduler.stats().pages.used).toBe(0)
      },
      { memoryBytes: 4 * bytes },
    )
  })

  test('what can never fit is refused, and more than may wait too', async () => {
    await withScheduler(
      async (scheduler) => {
        const prompt = numbers(10, 1, nano.vocabSize)
        expect(() => scheduler.submit({ prompt, maxTokens: 503 })).toThrow('10 tokens of prompt and 503')
        expect(() => scheduler.submit({ prompt: [], maxTokens: 3 })).toThrow('no tokens')
        expect(() => scheduler.submit({ prompt: [512], maxTokens: 3 })).toThrow('512')
        expect(() => scheduler.submit({ prompt, maxTokens: 0 })).toThrow('0 tokens')
        scheduler.pause()
        const texts = [1, 2].map((seed) => scheduler.submit({ prompt, maxTokens: 2, seed }))
        expect(() => scheduler.submit({ prompt, maxTokens: 2 })).toThrow('2 requests wait')
        scheduler.resume()
        for (const text of texts) expect(await all(text)).toHaveLength(2)
      },
      { maxQueue: 2 },
    )
  })
})

describe('other weights', () => {
  const later = initialWeights(nano, 6)
  const prompt = numbers(70, 7, nano.vocabSize)
  const request = { prompt, maxTokens: 30, temperature: 0 }

  test('come when those under way have ended: no answer mixes two versions, and nothing old is found', async () => {
    await withScheduler(async (scheduler) => {
      const [before] = [await ids(scheduler.submit(request))]
      const old = scheduler.submit(request)
      const reading = all(old)
      await expect.poll(() => scheduler.stats().running).toBe(1)
      const changed = scheduler.setWeights(1, later)
      const fresh = scheduler.submit(request)
      const [a, b] = await Promise.all([reading, all(fresh), changed])
      expect(a.map(({ id }) => id)).toEqual(before)
      expect(new Set(a.map(({ weightVersion }) => weightVersion))).toEqual(new Set([0]))
      expect(new Set(b.map(({ weightVersion }) => weightVersion))).toEqual(new Set([1]))
      expect(fresh.cachedTokens).toBe(0)
      const other = createScheduler(engine, nano, later)
      expect(b.map(({ id }) => id)).toEqual(await ids(other.submit(request)))
      await other.close()
    })
  })

  test('that do not fit change nothing', async () => {
    await withScheduler(async (scheduler) => {
      const wrong = new Map(later).set('model.norm.weight', new Float32Array(3))
      expect(() => scheduler.setWeights(1, wrong)).toThrow('model.norm.weight has 3 elements')
      expect(() => scheduler.setWeights(1, new Map())).toThrow('is missing')
      expect(() => scheduler.setWeights(1, new Map(later).set('x', new Float32Array(3)))).toThrow(
        'no tensor x',
      )
      expect(scheduler.stats().weightVersion).toBe(0)
    })
  })

  test('end what a paused scheduler has under way, so that its part is known', async () => {
    await withScheduler(async (scheduler) => {
      const text = scheduler.submit({ ...request, maxTokens: 300 })
      const tokens: GeneratedToken[] = []
      for await (const token of text) {
        tokens.push(token)
        if (tokens.length !== 5) continue
        scheduler.pause()
        await scheduler.setWeights(1, later)
        scheduler.resume()
      }
      expect(text.finishReason).toBe('aborted')
      expect(new Set(tokens.map(({ weightVersion }) => weightVersion))).toEqual(new Set([0]))
      expect(scheduler.stats().weightVersion).toBe(1)
    })
  })
})

test('damaged weights are said, to those who asked', async () => {
  const broken = new Map(nanoWeights).set(
    'model.norm.weight',
    new Float32Array(nano.hiddenSize).fill(Number.NaN),
  )
  const scheduler = createScheduler(engine, nano, broken)
  await expect(all(scheduler.submit({ prompt: [1, 2], maxTokens: 2 }))).rejects.toThrow('damaged')
  await scheduler.close()
})
