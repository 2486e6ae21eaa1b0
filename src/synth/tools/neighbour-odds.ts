import type { SparseVector } from './text-vectors.ts'

/** How likely points are taken for neighbours: `values[e]` of the pair (`from[e]`, `to[e]`); all of them sum to 1. */
export interface NeighbourOdds {
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly values: Float64Array
}

/** By place, the vectors that are not 0 there, with their values. */
type Postings = ReadonlyMap<number, { readonly of: number[]; readonly values: number[] }>

function postingsOf(vectors: readonly SparseVector[]): Postings {
  const postings = new Map<number, { of: number[]; values: number[] }>()
  for (const [i, { at, values }] of vectors.entries())
    for (const [j, place] of at.entries()) {
      const those = postings.get(place) ?? { of: [], values: [] }
      postings.set(place, those)
      those.of.push(i)
      those.values.push(values[j]!)
    }
  return postings
}

/** Cosines of a vector of length 1 with all. */
function cosines({ at, values }: SparseVector, postings: Postings, count: number): Float64Array {
  const sums = new Float64Array(count)
  for (let j = 0; j < at.length; j++) {
    const { of, values: others } = postings.get(at[j]!)!
    const value = values[j]!
    for (let n = 0; n < of.length; n++) sums[of[n]!]! += value * others[n]!
  }
  return sums
}

/** Places of the `most` largest values, the largest first, of equal ones the first. */
function largest(values: Float64Array, most: number): readonly number[] {
  const least = values.toSorted().at(-most) ?? Number.POSITIVE_INFINITY
  const places: number[] = []
  for (let i = 0; i < values.length; i++) if (values[i]! >= least) places.push(i)
  return places.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, most)
}

/**
 * Gaussian odds of squared distances, in ascending order, whose entropy is that of `perplexity` equal ones: the width
 * is found by bisection.
 */
export function oddsOfDistances(squares: readonly number[], perplexity: number): Float64Array {
  const wanted = Math.log(Math.min(perplexity, squares.length))
  const nearest = squares[0] ?? 0
  let [precision, low, high] = [1, 0, Number.POSITIVE_INFINITY]
  let odds = new Float64Array(squares.length)
  for (let round = 0; round < 60; round++) {
    odds = Float64Array.from(squares, (square) => Math.exp(-(square - nearest) * precision))
    const sum = odds.reduce((a, b) => a + b, 0)
    odds = odds.map((value) => value / sum)
    const entropy = -odds.reduce((total, p) => total + (p > 0 ? p * Math.log(p) : 0), 0)
    if (Math.abs(entropy - wanted) < 1e-6) break
    if (entropy > wanted) low = precision
    else high = precision
    precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (low + high) / 2
  }
  return odds
}

/**
 * Odds of t-SNE (van der Maaten, Hinton 2008) for vectors of length 1: of each point and three times `perplexity` of
 * its nearest, made symmetric by taking both directions.
 */
export function neighbourOdds(vectors: readonly SparseVector[], perplexity: number): NeighbourOdds {
  const count = vectors.length
  const most = Math.min(count - 1, Math.round(3 * perplexity))
  const postings = postingsOf(vectors)
  const [from, to, values]: [number[], number[], number[]] = [[], [], []]
  for (const [i, vector] of vectors.entries()) {
    const near = cosines(vector, postings, count)
    near[i] = Number.NEGATIVE_INFINITY
    const nearest = largest(near, most)
    const odds = oddsOfDistances(
      nearest.map((j) => 2 - 2 * near[j]!),
      perplexity,
    )
    for (const [n, j] of nearest.entries()) {
      const value = odds[n]! / (2 * count)
      from.push(i, j)
      to.push(j, i)
      values.push(value, value)
    }
  }
  return { from: Uint32Array.from(from), to: Uint32Array.from(to), values: Float64Array.from(values) }
}
