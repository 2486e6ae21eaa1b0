import { describe, expect, test } from 'vitest'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { reshape, slice } from '../tensor/ops/shape.ts'
import { uniform } from '../tensor/random.ts'
import { trace } from '../tensor/trace.ts'
import type { Type, TypedArray } from '../tensor/types.ts'
import { type Choice, chosenIds, damaged } from './chosen-ids.ts'
import { sample } from './sampler.ts'
import { seedWords, uniformTensor } from './uniform-tensor.ts'

const engine = createReferenceEngine()
const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })

test('uniform numbers are those of the host, cut off after 24 bits', async () => {
  const seeds = [0, 1, 77, 2 ** 32 - 1, 2 ** 40 + 5]
  const words: Type = { dtype: 'u32', shape: [seeds.length, 2] }
  const program = trace('uniform', [words, { dtype: 'i32', shape: [] }], (seeds, counter) => [
    uniformTensor(seeds!, counter!),
  ])
  const executable = await engine.compile(program)
  for (const counter of [0, 1, 1000]) {
    const inputs = [
      engine.upload(words, seedWords(seeds)),
      engine.upload(program.inputs[1]!, Int32Array.of(counter)),
    ]
    const [output] = await executable.run(inputs)
    const expected = seeds.map((seed) => Math.floor(uniform(seed, counter) * 2 ** 24) / 2 ** 24)
    expect([...(await output!.read())]).toEqual(expected)
  }
})

/** Tokens that a program chooses for rows of logits. */
async function chosen(
  rows: readonly (readonly number[])[],
  choice: Choice,
  uniforms: readonly number[],
  temperature = 1,
  topP = 1,
): Promise<number[]> {
  const [B, V] = [rows.length, rows[0]!.length]
  const program = trace('choose', [f32(B, V), f32(B), f32(2)], (logits, uniform_B, settings) => {
    const setting = (i: number) => reshape(slice(settings!, 0, i, i + 1), [])
    return [chosenIds(logits!, choice, { uniform_B: uniform_B!, temperature: setting(0), topP: setting(1) })]
  })
  const data: TypedArray[] = [
    Float32Array.from(rows.flat()),
    Float32Array.from(uniforms),
    Float32Array.of(temperature, topP),
  ]
  const executable = await engine.compile(program)
  const [ids] = await executable.run(program.inputs.map((type, i) => engine.upload(type, data[i]!)))
  return [...(await ids!.read())]
}

describe("a program chooses the host's tokens", () => {
  const count = 200
  const uniforms = Array.from({ length: count }, (_, i) => Math.floor(uniform(8, i) * 2 ** 24) / 2 ** 24)
  // Every fifth logit is equal to its neighbour.
  const rows = Array.from({ length: count }, (_, b) =>
    Array.from({ length: 37 }, (_, i) => Math.fround(6 * uniform(b, i - (i % 5 === 0 ? 0 : i % 2)))),
  )
  const host = (temperature: number, topP: number) =>
    rows.map((row, b) => sample(row, { temperature, topP }, uniforms[b]!))

  test('likeliest', async () => {
    expect(await chosen(rows, 'likeliest', uniforms)).toEqual(host(0, 1))
  })
  test.each([0.3, 1, 2])('drawn at temperature %d', async (temperature) => {
    expect(await chosen(rows, 'drawn', uniforms, temperature)).toEqual(host(temperature, 1))
  })
  test.each([
    [1, 0.9],
    [0.7, 0.5],
    [2, 0.01],
  ])('nucleus at temperature %d, top-p %d', async (temperature, topP) => {
    expect(await chosen(rows, 'nucleus', uniforms, temperature, topP)).toEqual(host(temperature, topP))
  })
})

test('the largest number below 1 draws the last token that can be drawn', async () => {
  const row = [0, 1, Number.NEGATIVE_INFINITY]
  for (const choice of ['drawn', 'nucleus'] as const)
    expect(await chosen([row], choice, [1 - 2 ** -24], 1, 0.999_999)).toEqual([choice === 'drawn' ? 1 : 0])
})

test('logits that are not numbers are not a token', async () => {
  const rows = [
    [0, Number.NaN, 1],
    [0, Number.POSITIVE_INFINITY, 1],
    [0, Number.NEGATIVE_INFINITY, 1],
  ]
  for (const choice of ['likeliest', 'drawn', 'nucleus'] as const) {
    const [nan, infinite, sound] = await chosen(rows, choice, [0.9, 0.9, 0.9])
    expect([nan, infinite]).toEqual([damaged, damaged])
    expect(sound).toBe(choice === 'nucleus' ? 0 : 2)
  }
})
