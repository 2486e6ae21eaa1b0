import { matmul } from '../tensor/ops/contraction.ts'
import { add, compare, convert, div, mul, select, sqrt } from '../tensor/ops/elementwise.ts'
import { iota, scalar } from '../tensor/ops/leaf.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { broadcast, transpose } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** Quintic coefficients of Muon (Jordan et al. 2024; Moonlight §2.1). */
const [a, b, c] = [3.4445, -4.775, 2.0315]

/** Counted, not stored: at the size of K2's matrices a table would be larger than the program. */
function scaledIdentity(size: number, factor: number): Tensor {
  const square = [size, size]
  return select(compare(iota(square, 0), iota(square, 1), 'eq'), factor, broadcast(scalar(0), square))
}

/** X ← (aI + bA + cA²)X with A = XXᵀ: what is added is added to the small square matrices. */
function iterateOnSquares(X: Tensor, scale: Tensor | number): Tensor {
  const side = X.shape[1]!
  const A = matmul(X, X, { transposeY: true })
  const inner = add(mul(A, c), scaledIdentity(side, b))
  const polynomial = add(matmul(A, inner), scaledIdentity(side, a))
  return matmul(mul(polynomial, scale), X)
}

/**
 * The same for engines whose products scale and add for nothing, on Z = X/σ: with Â = bσ²·ZZᵀ and B = Â + (c/b²)·Â² it is
 * Z ← Z + BZ/a, σ ← aσ. In bf16 no step adds a large number to a small one before rounding.
 */
function iterateOnSums(Z: Tensor, sigma: number): Tensor {
  const A = mul(matmul(Z, Z, { transposeY: true }), b * sigma ** 2)
  const B = add(mul(matmul(A, A), c / b ** 2), A)
  return add(mul(matmul(B, Z), 1 / a), Z)
}

/**
 * Nearly orthogonal matrices with the row and column spaces of `x`: the iteration X ← (aI + bA + cA²)X with A = XXᵀ takes
 * every singular value to about [0.7, 1.2].
 *
 * @param x stack of matrices [S, n, m]
 * @param scale factor of the result
 * @param dtype of what is multiplied; sums and the result are f32
 */
export function newtonSchulz(
  x: Tensor,
  steps: number,
  scale: Tensor | number = 1,
  dtype: 'f32' | 'bf16' = 'f32',
): Tensor {
  const [, n, m] = x.shape as [number, number, number]
  const tall = n > m
  const norm = sqrt(sum(mul(x, x), [1, 2], true))
  let X = convert(div(tall ? transpose(x) : x, add(norm, 1e-7)), dtype)
  for (let i = 0; i < steps; i++)
    X = dtype === 'f32' ? iterateOnSquares(X, i === steps - 1 ? scale : 1) : iterateOnSums(X, a ** i)
  const result = dtype === 'f32' ? X : mul(mul(convert(X, 'f32'), a ** steps), scale)
  return tall ? transpose(result) : result
}

/** What makes an orthogonal update's root mean square that of Adam, about 0.2 (Moonlight §2.2). */
export const updateRmsFactor = (rows: number, columns: number): number =>
  0.2 * Math.sqrt(Math.max(rows, columns))
