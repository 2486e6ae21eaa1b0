import { elementsOf, type Factor, matrixOf, productTile } from './batched-product.ts'
import { plus, scaled } from './batched-sums.ts'
import { type Kernel, tritonModule, type Value } from './builder.ts'
import { ceilDiv, type LaunchedKernel, type Tile } from './tile.ts'

export interface BatchedGram {
  /** Matrices of the stack x[S,N,M]; M is a multiple of 8, for 16-byte copies. */
  readonly S: number
  readonly N: number
  readonly M: number
  /** Of which sides: `rows` for x xᵀ [N,N], `columns` for xᵀ x [M,M]. */
  readonly of: 'rows' | 'columns'
  /** Whether a symmetric matrix is added. */
  readonly adds: boolean
  /** A square one. */
  readonly tile: Tile
}

/** Tiles on and above the diagonal of a square of `tiles × tiles`. */
export const upperTiles = (tiles: number): number => (tiles * (tiles + 1)) / 2

/**
 * The row and column of upper tile number `id`. Row r of the triangle has T − r tiles and row T − 1 − r has r + 1, together
 * T + 1 for every r: the triangle is folded into half a rectangle.
 */
function upperTile(k: Kernel, id: Value, tiles: number): [Value, Value] {
  const line = k.div(id, tiles + 1)
  const place = k.rem(id, tiles + 1)
  const own = k.sub(tiles, line)
  const folded = k.div(place, own)
  const row = k.add(line, k.mul(folded, k.sub(tiles - 1, k.mul(line, 2))))
  return [row, k.sub(k.add(row, place), k.mul(folded, own))]
}

/**
 * y = scale · x xᵀ (+ c) for each matrix of a stack, or scale · xᵀ x (+ c). Operands x bf16[S,N,M], scale f32[S] and, if it
 * adds, c bf16 of the result's shape; result y bf16. Symmetric: the tiles above the diagonal are stored twice, once turned.
 */
export function batchedGram({ S, N, M, of, adds, tile }: BatchedGram): LaunchedKernel {
  if (tile.rows !== tile.columns) throw new Error('the tiles of a symmetric product are square')
  const [side, depth] = of === 'rows' ? [N, M] : [M, N]
  const tiles = ceilDiv(side, tile.rows)
  const name = `batched_gram_${of}_${adds ? 'sum_' : ''}${tile.rows}x${tile.depth}`
  const args = { x: 'bf16', scale: 'f32', ...(adds ? { c: 'bf16' as const } : {}), y: 'bf16' } as const

  const ir = tritonModule(name, args, (k, { x, scale, c, y }) => {
    const program = k.programId()
    const s = k.div(program, upperTiles(tiles))
    const [rowTile, columnTile] = upperTile(k, k.rem(program, upperTiles(tiles)), tiles)
    const row = k.add(k.mul(rowTile, tile.rows), k.range(tile.rows))
    const column = k.add(k.mul(columnTile, tile.columns), k.range(tile.columns))

    const start = matrixOf(k, x, s, N * M)
    const contract = of === 'rows' ? 'columns' : 'rows'
    const factor = (across: Value): Factor => ({ start, width: M, contract, across, size: side })
    const product = scaled(
      k,
      productTile(k, factor(row), factor(column), depth, tile),
      k.load(k.at(scale, s)),
    )
    const place = (array: Value) =>
      elementsOf(k, matrixOf(k, array, s, side * side), row, column, [side, side])
    const added = c && place(c)
    const sum = added ? plus(k, product, k.load(added.pointers, added.mask)) : product
    const result = k.rounded(sum, 'bf16')

    const own = place(y)
    k.store(own.pointers, result, own.mask)
    k.if(k.less(rowTile, columnTile), () => {
      const turned = k.at(matrixOf(k, y, s, side * side), k.mul(k.columns(column), side))
      k.store(k.at(turned, k.rows(row)), result, own.mask)
    })
  })
  return { name, ir, programs: S * upperTiles(tiles), warps: tile.warps, stages: tile.stages }
}
