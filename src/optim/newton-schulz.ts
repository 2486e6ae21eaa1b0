import { matmul } from '../tensor/ops/contraction.ts'
import { kernel } from '../tensor/ops/control.ts'
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

const isTall = ({ shape: [, n, m] }: Tensor): boolean => n! > m!

/** The Frobenius norm of each matrix, [S,1,1], and a little, so that zeros stay zeros. */
const sizesOf = (x: Tensor): Tensor => add(sqrt(sum(mul(x, x), [1, 2], true)), 1e-7)

/**
 * `scale · X Xᵀ + C`, of tall matrices `scale · Xᵀ X + C`, summed in f32 and rounded once. Engines with a kernel compute
 * one triangle only.
 *
 * @param X bf16 [S, n, m]  @param scale f32 [S,1,1]  @param C symmetric, bf16 [S, side, side]
 */
const gram = (X: Tensor, scale: Tensor, tall: boolean, C?: Tensor): Tensor =>
  kernel('gram', { tall }, C ? [X, scale, C] : [X, scale], (X, scale, C) => {
    const transposed = tall ? { transposeX: true } : { transposeY: true }
    const product = mul(matmul(X!, X!, { ...transposed, dtype: 'f32' }), scale!)
    return [convert(C ? add(product, convert(C, 'f32')) : product, 'bf16')]
  })[0]!

/** `scale · X Y + C` of bf16 stacks, summed in f32 and rounded once. */
const productSum = (X: Tensor, Y: Tensor, scale: number, C: Tensor): Tensor =>
  kernel('productSum', { scale }, [X, Y, C], (X, Y, C) => {
    const product = mul(matmul(X!, Y!, { dtype: 'f32' }), scale)
    return [convert(add(product, convert(C!, 'f32')), 'bf16')]
  })[0]!

/**
 * The iteration on Z = X/σ, where each sum belongs to a product and no pass is left between products: Â = bσ²ZZᵀ,
 * B = Â + (c/b²)Â², Z ← Z + (1/a)BZ, σ ← aσ. σ starts at 1/‖x‖, so x itself is Z.
 */
function inNarrowProducts(x: Tensor, steps: number, scale: Tensor | number): Tensor {
  const tall = isTall(x)
  const size = sizesOf(x)
  const squared = mul(size, size)
  const square = broadcast(scalar(c / (b * b)), squared.shape)
  let Z = convert(x, 'bf16')
  for (let i = 0; i < steps; i++) {
    const A = gram(Z, div(b * a ** (2 * i), squared), tall)
    const B = gram(A, square, false, A)
    Z = tall ? productSum(Z, B, 1 / a, Z) : productSum(B, Z, 1 / a, Z)
  }
  return convert(mul(convert(Z, 'f32'), mul(div(a ** steps, size), scale)), 'bf16')
}

/** The iteration as it is written; `scale` goes into the last small product, where it is free. */
function inFullProducts(x: Tensor, steps: number, scale: Tensor | number): Tensor {
  const tall = isTall(x)
  const side = Math.min(x.shape[1]!, x.shape[2]!)
  let X = div(x, sizesOf(x))
  for (let i = 0; i < steps; i++) {
    const A = tall ? matmul(X, X, { transposeX: true }) : matmul(X, X, { transposeY: true })
    const inner = add(mul(A, c), scaledIdentity(side, b))
    const polynomial = add(matmul(A, inner), scaledIdentity(side, a))
    const scaled = i === steps - 1 ? mul(polynomial, scale) : polynomial
    X = tall ? matmul(X, scaled) : matmul(scaled, X)
  }
  return X
}

/**
 * Nearly orthogonal matrices with the row and column spaces of `x`: the iteration X ← (aI + bA + cA²)X with A = XXᵀ, or of
 * tall matrices X ← X(aI + bA + cA²) with A = XᵀX, takes every singular value to about [0.7, 1.2].
 *
 * @param x stack of matrices f32 [S, n, m]
 * @param scale factor of the result
 * @param dtype of what is multiplied, and of the result; sums are f32
 */
export const newtonSchulz = (
  x: Tensor,
  steps: number,
  scale: Tensor | number = 1,
  dtype: 'f32' | 'bf16' = 'f32',
): Tensor => (dtype === 'bf16' ? inNarrowProducts : inFullProducts)(x, steps, scale)

/** What makes an orthogonal update's root mean square that of Adam, about 0.2 (Moonlight §2.2). */
export const updateRmsFactor = (rows: number, columns: number): number =>
  0.2 * Math.sqrt(Math.max(rows, columns))
