import { matmul } from '../tensor/ops/contraction.ts'
import { add, compare, convert, div, mul, select, sqrt } from '../tensor/ops/elementwise.ts'
import { iota, scalar } from '../tensor/ops/leaf.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { broadcast } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** Quintic coefficients of Muon (Jordan et al. 2024; Moonlight §2.1). */
const [a, b, c] = [3.4445, -4.775, 2.0315]

/** Counted, not stored: at the size of K2's matrices a table would be larger than the program. */
function scaledIdentity(size: number, factor: number): Tensor {
  const square = [size, size]
  return select(compare(iota(square, 0), iota(square, 1), 'eq'), factor, broadcast(scalar(0), square))
}

/**
 * Nearly orthogonal matrices with the row and column spaces of `x`: the iteration X ← (aI + bA + cA²)X with A = XXᵀ, or of
 * tall matrices X ← X(aI + bA + cA²) with A = XᵀX, takes every singular value to about [0.7, 1.2].
 *
 * @param x stack of matrices [S, n, m]
 * @param scale factor of the result, put into the last small product, where it is free
 * @param dtype of what is multiplied, and of the result; sums are f32
 */
export function newtonSchulz(
  x: Tensor,
  steps: number,
  scale: Tensor | number = 1,
  dtype: 'f32' | 'bf16' = 'f32',
): Tensor {
  const [, n, m] = x.shape as [number, number, number]
  const tall = n > m
  const side = Math.min(n, m)
  const norm = sqrt(sum(mul(x, x), [1, 2], true))
  let X = convert(div(x, add(norm, 1e-7)), dtype)
  for (let i = 0; i < steps; i++) {
    const A = tall ? matmul(X, X, { transposeX: true }) : matmul(X, X, { transposeY: true })
    const inner = add(mul(A, c), convert(scaledIdentity(side, b), dtype))
    const polynomial = add(matmul(A, inner), convert(scaledIdentity(side, a), dtype))
    const scaled = i === steps - 1 ? convert(mul(convert(polynomial, 'f32'), scale), dtype) : polynomial
    X = tall ? matmul(X, scaled) : matmul(scaled, X)
  }
  return X
}

/** What makes an orthogonal update's root mean square that of Adam, about 0.2 (Moonlight §2.2). */
export const updateRmsFactor = (rows: number, columns: number): number =>
  0.2 * Math.sqrt(Math.max(rows, columns))
