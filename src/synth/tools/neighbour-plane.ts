import { type NeighbourOdds, neighbourOdds } from './neighbour-odds.ts'
import type { SparseVector } from './text-vectors.ts'

type Place = readonly [x: number, y: number]

export interface NeighbourPlaneOptions {
  /** About how many neighbours of a point matter. Default 30. */
  readonly perplexity?: number
  readonly rounds?: number
}

/** Of the rounds, those in which near points are drawn together this much more, so that groups find each other. */
const [early, exaggeration] = [0.25, 12]

/** Coordinates as x, y, x, y, …, with a hundredth of a percent of the start's spread on the first axis. */
function startOf(start: readonly Place[]): Float64Array {
  const spread = Math.sqrt(start.reduce((sum, [x]) => sum + x * x, 0) / Math.max(1, start.length))
  return Float64Array.from(start.flat(), (value) => (spread > 0 ? (value / spread) * 1e-4 : 0))
}

/** Pushes all pairs apart into `forces`, scaled so that the odds in the plane sum to 1. */
function repel(places: Float64Array, forces: Float64Array): void {
  const count = places.length / 2
  const pushes = new Float64Array(places.length)
  let total = 0
  for (let i = 0; i < count; i++) {
    const [xi, yi] = [places[2 * i]!, places[2 * i + 1]!]
    let [px, py] = [0, 0]
    for (let j = 0; j < i; j++) {
      const dx = xi - places[2 * j]!
      const dy = yi - places[2 * j + 1]!
      const near = 1 / (1 + dx * dx + dy * dy)
      total += 2 * near
      const push = near * near
      px += push * dx
      py += push * dy
      pushes[2 * j]! -= push * dx
      pushes[2 * j + 1]! -= push * dy
    }
    pushes[2 * i]! += px
    pushes[2 * i + 1]! += py
  }
  if (total > 0) for (let k = 0; k < pushes.length; k++) forces[k]! -= pushes[k]! / total
}

/** Draws neighbours together into `forces`. */
function attract(
  { from, to, values }: NeighbourOdds,
  scale: number,
  places: Float64Array,
  forces: Float64Array,
): void {
  for (let e = 0; e < values.length; e++) {
    const [i, j] = [2 * from[e]!, 2 * to[e]!]
    const dx = places[i]! - places[j]!
    const dy = places[i + 1]! - places[j + 1]!
    const pull = (scale * values[e]!) / (1 + dx * dx + dy * dy)
    forces[i]! += pull * dx
    forces[i + 1]! += pull * dy
  }
}

/** A quarter of the gradient of the Kullback–Leibler divergence of the plane's odds from the points'. */
export function planeForces(odds: NeighbourOdds, places: Float64Array, scale = 1): Float64Array {
  const forces = new Float64Array(places.length)
  attract(odds, scale, places, forces)
  repel(places, forces)
  return forces
}

/**
 * Vectors of length 1 in the plane so that near ones stay near (t-SNE): from a start, such as their principal plane,
 * by gradient descent with momentum and gains. Time grows with the square of the number of vectors: 2,000 take some
 * seconds.
 */
export function neighbourPlane(
  vectors: readonly SparseVector[],
  start: readonly Place[],
  { perplexity = 30, rounds = 300 }: NeighbourPlaneOptions = {},
): readonly Place[] {
  if (vectors.length < 4) return start
  const odds = neighbourOdds(vectors, Math.min(perplexity, (vectors.length - 1) / 3))
  const places = startOf(start)
  const speeds = new Float64Array(places.length)
  const gains = new Float64Array(places.length).fill(1)
  // A learning rate that grows with the number of points (Belkina et al. 2019); 4 is the gradient's factor.
  const rate = 4 * Math.max(50, vectors.length / exaggeration / 4)
  for (let round = 0; round < rounds; round++) {
    const isEarly = round < early * rounds
    const forces = planeForces(odds, places, isEarly ? exaggeration : 1)
    for (let k = 0; k < places.length; k++) {
      const turned = Math.sign(forces[k]!) === Math.sign(speeds[k]!)
      gains[k] = Math.max(0.01, turned ? gains[k]! * 0.8 : gains[k]! + 0.2)
      speeds[k] = (isEarly ? 0.5 : 0.8) * speeds[k]! - rate * gains[k]! * forces[k]!
      places[k]! += speeds[k]!
    }
  }
  return start.map((_, i) => [places[2 * i]!, places[2 * i + 1]!])
}
