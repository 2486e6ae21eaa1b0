import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivedSeed, draws } from './draws.ts'

const many = 20_000

test('units spread evenly over ten bins, whatever the seed', () => {
  for (const seed of [0, 1, 2 ** 31, 4_000_000_000]) {
    const d = draws(seed, 'spread')
    const bins = new Array<number>(10).fill(0)
    for (let i = 0; i < many; i++) bins[Math.floor(d.unit() * 10)]!++
    // χ² with nine degrees of freedom is above 33.7 once in ten thousand times.
    const chi = bins.reduce((sum, count) => sum + (count - many / 10) ** 2 / (many / 10), 0)
    expect(chi).toBeLessThan(33.7)
  }
})

test('neighbouring indices have unrelated first draws', () => {
  const firsts = Array.from({ length: many }, (_, i) => draws(7, 'task', i).unit())
  const mean = firsts.reduce((sum, x) => sum + x, 0) / many
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.01)
  const lag = firsts.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (firsts[i]! - 0.5), 0) / many
  expect(Math.abs(lag * 12)).toBeLessThan(0.03)
})

test('paths are told apart: numbers from words, one part from two', () => {
  const seeds = [[1], ['1'], ['a', 'b'], ['ab'], ['a/b'], ['b', 'a'], []].map((path) =>
    derivedSeed(3, ...(path as (string | number)[])),
  )
  expect(new Set(seeds.slice(0, 4)).size).toBe(4)
  expect(seeds[2]).not.toBe(seeds[5])
})

test('a sample has different items of the list, as many as asked for or there are', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uniqueArray(fc.integer()), fc.nat(20), (seed, list, count) => {
      const chosen = draws(seed).sample(list, count)
      expect(chosen).toHaveLength(Math.min(count, list.length))
      expect(new Set(chosen).size).toBe(chosen.length)
      expect(chosen.every((item) => list.includes(item))).toBe(true)
    }),
  )
})

test('weights are kept, and what has none never comes', () => {
  const d = draws(11, 'weights')
  const counts = { a: 0, b: 0, c: 0 }
  for (let i = 0; i < many; i++)
    counts[d.weighted([['a', 3] as const, ['b', 0] as const, ['c', 1] as const])]++
  expect(counts.b).toBe(0)
  expect(counts.a / many).toBeCloseTo(0.75, 1)
})
