import { afterAll, expect, test } from 'vitest'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { logits } from '../nn/loss.ts'
import { forward } from '../nn/model.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { hostPlan } from '../nn/plan.ts'
import { uniform } from '../tensor/random.ts'
import { trace } from '../tensor/trace.ts'
import type { Type } from '../tensor/types.ts'
import { createDecodePrograms } from './decode-programs.ts'
import { startDecoding } from './decoding.ts'
import { readOnce } from './read-once.fixture.ts'
import { randomWeights, tinyModels } from './tiny-models.fixture.ts'

const engine = createOnnxEngine()
afterAll(() => engine[Symbol.dispose]())

const length = 33
const idsOf = (config: K2Config): number[] =>
  Array.from({ length }, (_, i) => Math.floor(uniform(3, i) * config.vocabSize))

function upload(engine: Engine, config: K2Config): DeviceBuffer[] {
  const weights = randomWeights(config, 7)
  return parameterSpecs(config).map(({ name, shape }) =>
    engine.upload({ dtype: 'f32', shape }, weights.get(name)!),
  )
}

/** Logits of the uncached forward pass at every position, [T][V]. */
async function uncached(config: K2Config, parameters: readonly DeviceBuffer[]): Promise<Float32Array[]> {
  const specs = parameterSpecs(config)
  const ids: Type = { dtype: 'i32', shape: [1, length] }
  const types = [...specs.map(({ shape }): Type => ({ dtype: 'f32', shape })), ids]
  const program = trace('uncached', types, (...inputs) => {
    const params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    return [logits(forward(params, config, inputs.at(-1)!).hidden_ND, params['lm_head.weight']!)]
  })
  const executable = await engine.compile(program)
  const input = engine.upload(ids, Int32Array.from(idsOf(config)))
  const [output] = await executable.run([...parameters, input])
  const all = Float32Array.from(await output!.read())
  for (const resource of [input, output!, executable]) resource[Symbol.dispose]()
  const V = config.vocabSize
  return Array.from({ length }, (_, t) => all.subarray(t * V, (t + 1) * V))
}

const apart = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0)

test.each(Object.entries(tinyModels))(
  'cached decoding equals the uncached forward pass: %s',
  async (_, c) => {
    const parameters = upload(engine, c)
    const expected = await uncached(c, parameters)
    const ids = idsOf(c)
    using programs = createDecodePrograms(engine, c, hostPlan)

    const options = { batch: 1, places: length, ending: 'logits' } as const
    using single = startDecoding(engine, programs, parameters, options)
    for (const [t, id] of ids.entries())
      expect(apart(await readOnce(single.feed([[id]])), expected[t]!)).toBeLessThan(1e-4)

    // 20 tokens are a full block and one that is filled up; the last block reaches beyond the cache.
    using chunked = startDecoding(engine, programs, parameters, options)
    for (const [from, to] of [
      [0, 20],
      [20, 21],
      [21, 24],
      [24, length],
    ] as const)
      expect(apart(await readOnce(chunked.feed([ids.slice(from, to)])), expected[to - 1]!)).toBeLessThan(1e-4)
    expect(chunked.length).toBe(length)
    await expect(chunked.feed([[0]])).rejects.toThrow('1 tokens after 33 do not fit into 33 places')
    for (const buffer of parameters) buffer[Symbol.dispose]()
  },
)
