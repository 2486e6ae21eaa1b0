import { expect, test } from 'vitest'
import { draws } from '../../draws.ts'
import { type NeighbourOdds, neighbourOdds, oddsOfDistances } from './neighbour-odds.ts'
import { neighbourPlane, planeForces } from './neighbour-plane.ts'
import type { SparseVector } from './text-vectors.ts'

/** Vectors of three groups, each about an axis of its own. */
function groups(each: number): readonly SparseVector[] {
  const draw = draws(1, 'groups')
  return Array.from({ length: 3 * each }, (_, i) => {
    const raw = Array.from({ length: 12 }, (_, k) => (k === i % 3 ? 2 : 0) + draw.unit() * 0.5)
    const length = Math.hypot(...raw)
    return { at: Uint32Array.from(raw.keys()), values: Float64Array.from(raw, (x) => x / length) }
  })
}

const random = (count: number): [number, number][] => {
  const draw = draws(2, 'places')
  return Array.from({ length: count }, () => [draw.unit() - 0.5, draw.unit() - 0.5])
}

/** Σ p log(p / q) over all pairs, as the paper writes it. */
function divergence({ from, to, values }: NeighbourOdds, places: Float64Array): number {
  const count = places.length / 2
  const near = (i: number, j: number): number =>
    1 / (1 + (places[2 * i]! - places[2 * j]!) ** 2 + (places[2 * i + 1]! - places[2 * j + 1]!) ** 2)
  const p = Array.from({ length: count }, () => new Float64Array(count))
  for (let e = 0; e < values.length; e++) p[from[e]!]![to[e]!]! += values[e]!
  let total = 0
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) if (i !== j) total += near(i, j)
  let sum = 0
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++)
      if (p[i]![j]! > 0) sum += p[i]![j]! * Math.log((p[i]![j]! * total) / near(i, j))
  return sum
}

test('odds have the entropy that is asked for, and those of all pairs sum to 1', () => {
  const odds = oddsOfDistances(
    Array.from({ length: 40 }, (_, i) => 0.1 + i / 20),
    10,
  )
  expect(odds.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
  expect(Math.exp(-odds.reduce((sum, p) => sum + p * Math.log(p), 0))).toBeCloseTo(10, 4)
  expect(neighbourOdds(groups(20), 8).values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
})

test('forces are a quarter of the gradient of the divergence', () => {
  const odds = neighbourOdds(groups(5), 3)
  const places = Float64Array.from(random(15).flat())
  const forces = planeForces(odds, places)
  const step = 1e-5
  for (let k = 0; k < places.length; k++) {
    const moved = (by: number): number =>
      divergence(
        odds,
        places.map((value, at) => (at === k ? value + by : value)),
      )
    expect(4 * forces[k]!).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 7)
  }
})

test('groups come together in the plane, from any start, and the same again', () => {
  const vectors = groups(40)
  const places = neighbourPlane(vectors, random(120), { perplexity: 10 })
  for (const [i, [x, y]] of places.entries()) {
    const nearest = places
      .map(([a, b], j) => ({ j, far: j === i ? Number.POSITIVE_INFINITY : Math.hypot(a - x, b - y) }))
      .toSorted((a, b) => a.far - b.far)
      .slice(0, 10)
    expect(nearest.filter(({ j }) => j % 3 === i % 3).length, `point ${i}`).toBeGreaterThanOrEqual(9)
  }
  expect(neighbourPlane(vectors, random(120), { perplexity: 10 })).toEqual(places)
})

test.each([0, 1, 3, 4, 9])('%i points that are all the same', (count) => {
  const vector: SparseVector = { at: Uint32Array.of(1), values: Float64Array.of(1) }
  const places = neighbourPlane(Array(count).fill(vector), random(count), { rounds: 50 })
  expect(places).toHaveLength(count)
  expect(places.flat().every(Number.isFinite)).toBe(true)
})
