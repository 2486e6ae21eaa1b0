import { elementsOf, matrixOf, productTile } from './batched-product.ts'
import { factor, plus, scaled } from './batched-sums.ts'
import { tritonModule, type Value } from './builder.ts'
import { ceilDiv, type LaunchedKernel, type Tile, tileOf } from './tile.ts'

export interface BatchedProductSum {
  /** Matrices of the stacks x[S,N,K] and y[S,K,M]; K and M are multiples of 8, for 16-byte copies. */
  readonly S: number
  readonly N: number
  readonly K: number
  readonly M: number
  /** Factor of the product. */
  readonly scale: number
  readonly tile: Tile
}

/** z = scale · x y + c for each matrix of a stack. Operands x[S,N,K], y[S,K,M], c[S,N,M], result z[S,N,M], all bf16. */
export function batchedProductSum({ S, N, K, M, scale, tile }: BatchedProductSum): LaunchedKernel {
  const [rowTiles, columnTiles] = [ceilDiv(N, tile.rows), ceilDiv(M, tile.columns)]
  const name = `batched_product_sum_${tile.rows}x${tile.columns}x${tile.depth}`
  const args = { x: 'bf16', y: 'bf16', c: 'bf16', z: 'bf16' } as const

  const ir = tritonModule(name, args, (k, { x, y, c, z }) => {
    const program = k.programId()
    const s = k.div(program, rowTiles * columnTiles)
    const inMatrix = k.rem(program, rowTiles * columnTiles)
    const [rowTile, columnTile] = tileOf(k, inMatrix, rowTiles, columnTiles, tile.band)
    const row = k.add(k.mul(rowTile, tile.rows), k.range(tile.rows))
    const column = k.add(k.mul(columnTile, tile.columns), k.range(tile.columns))

    const sum = productTile(
      k,
      { start: matrixOf(k, x, s, N * K), width: K, contract: 'columns', across: row, size: N },
      { start: matrixOf(k, y, s, K * M), width: M, contract: 'rows', across: column, size: M },
      K,
      tile,
    )
    const place = (array: Value) => elementsOf(k, matrixOf(k, array, s, N * M), row, column, [N, M])
    const [added, own] = [place(c), place(z)]
    const total = plus(k, scaled(k, sum, factor(k, scale)), k.load(added.pointers, added.mask))
    k.store(own.pointers, k.rounded(total, 'bf16'), own.mask)
  })
  return { name, ir, programs: S * rowTiles * columnTiles, warps: tile.warps, stages: tile.stages }
}
