import { draws } from '../../draws.ts'
import type { SparseVector } from './text-vectors.ts'

const dotSparse = ({ at, values }: SparseVector, dense: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < at.length; i++) sum += values[i]! * dense[at[i]!]!
  return sum
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

const unit = (a: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(a, a))
  return length > 0 ? a.map((x) => x / length) : a
}

const without = (a: Float64Array, direction: Float64Array): Float64Array => {
  const part = dot(a, direction)
  return a.map((x, i) => x - part * direction[i]!)
}

function meanOf(vectors: readonly SparseVector[], size: number): Float64Array {
  const mean = new Float64Array(size)
  for (const { at, values } of vectors)
    for (let i = 0; i < at.length; i++) mean[at[i]!]! += values[i]! / vectors.length
  return mean
}

/** The covariance of vectors times a direction, without the matrix: Xᵀ(X d) about the mean. */
function spreadAlong(
  vectors: readonly SparseVector[],
  mean: Float64Array,
  direction: Float64Array,
): Float64Array {
  const centre = dot(mean, direction)
  const out = new Float64Array(direction.length)
  let total = 0
  for (const vector of vectors) {
    const along = dotSparse(vector, direction) - centre
    total += along
    for (let i = 0; i < vector.at.length; i++) out[vector.at[i]!]! += along * vector.values[i]!
  }
  return out.map((x, i) => x - total * mean[i]!)
}

/**
 * Vectors of `size` members in the plane in which they differ most: principal components by power iteration. The plane
 * depends on the seed only in its directions' signs.
 */
export function principalPlane(
  vectors: readonly SparseVector[],
  size: number,
  { seed = 0, rounds = 60 }: { readonly seed?: number; readonly rounds?: number } = {},
): readonly (readonly [x: number, y: number])[] {
  if (vectors.length === 0) return []
  const mean = meanOf(vectors, size)
  const found: Float64Array[] = []
  for (let component = 0; component < 2; component++) {
    const draw = draws(seed, 'principal plane', component)
    let direction = unit(Float64Array.from({ length: size }, () => draw.unit() - 0.5))
    for (let round = 0; round < rounds; round++) {
      const spread = spreadAlong(vectors, mean, direction)
      direction = unit(found.reduce(without, spread))
    }
    found.push(direction)
  }
  const [first, second] = found as [Float64Array, Float64Array]
  const [x0, y0] = [dot(mean, first), dot(mean, second)]
  return vectors.map((vector) => [dotSparse(vector, first) - x0, dotSparse(vector, second) - y0])
}
