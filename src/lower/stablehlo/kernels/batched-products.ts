/** Products of stacks of matrices with their sums, as XLA has them not: cuBLAS fuses no sum into a batched product. */
import { type Builder, get, put, type Ssa } from '../builder.ts'
import { convert } from '../forms.ts'
import { batchedGram } from '../triton/batched-gram.ts'
import { batchedProductSum } from '../triton/batched-product-sum.ts'
import { gramTile, productTileOf } from '../triton/batched-tiles.ts'
import { tritonCall } from '../triton/custom-call.ts'
import type { Kernel } from './table.ts'

/** Copies of 16 bytes, and sides that fill tiles. */
const suits = ({ shape }: { readonly shape: readonly number[] }): boolean =>
  shape.slice(1).every((size) => size % 8 === 0 && size >= 128)

const narrow = (b: Builder, x: Ssa): Ssa => convert(b, x, 'bf16')

/** x[S,N,M], scale f32[S,1,1] and perhaps c: see `gram` of Newton–Schulz. */
export const gram: Kernel = (b, { inputs, attrs: { attrs }, outputs: [y] }) => {
  const [x, scale, c] = inputs
  if (b.platform !== 'cuda' || y!.dtype !== 'bf16' || !suits(x!)) return false
  const [S, N, M] = x!.shape as [number, number, number]
  const [of, tile] = [attrs.tall ? 'columns' : 'rows', gramTile(S, y!.shape[1]!)] as const
  const operands = [narrow(b, get(b, x!)), get(b, scale!), ...(c ? [narrow(b, get(b, c))] : [])]
  const kernel = batchedGram({ S, N, M, of, adds: c !== undefined, tile })
  put(b, y!, tritonCall(b, kernel, operands, { dtype: 'bf16', shape: y!.shape }))
  return true
}

/** x[S,N,K], y[S,K,M], c[S,N,M]: see `productSum` of Newton–Schulz. */
export const productSum: Kernel = (b, { inputs, attrs: { attrs }, outputs: [z] }) => {
  if (b.platform !== 'cuda' || z!.dtype !== 'bf16' || !inputs.every(suits)) return false
  const [S, N, M] = z!.shape as [number, number, number]
  const K = inputs[0]!.shape[2]!
  const operands = inputs.map((value) => narrow(b, get(b, value)))
  const kernel = batchedProductSum({ S, N, K, M, scale: Number(attrs.scale), tile: productTileOf(S, N, M) })
  put(b, z!, tritonCall(b, kernel, operands, { dtype: 'bf16', shape: z!.shape }))
  return true
}
