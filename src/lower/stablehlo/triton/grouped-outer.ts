import { tritonModule } from './builder.ts'
import { both, ceilDiv, type LaunchedKernel, type Tile, tileOf } from './tile.ts'

export interface GroupedOuter {
  /** Groups of rows. */
  readonly E: number
  /** Sizes of a row of x and of y; multiples of 8, for 16-byte copies. */
  readonly K: number
  readonly M: number
  readonly result: 'bf16' | 'f32'
  readonly tile: Tile
}

/**
 * out[e] = x_eᵀ y_e over the rows of group e: what a group's weights get of gradient. Operands x[N,K], y[N,M], the
 * first row `starts` i32[E] and the number of rows `sizes` i32[E] of each group; result [E,K,M], zero for an empty group.
 *
 * The contracted dimension is the group's rows, so rows past its end are masked to zero in both operands: a zero in one
 * alone would still let another group's infinities through.
 */
export function groupedOuter({ E, K, M, result, tile }: GroupedOuter): LaunchedKernel {
  const [rowTiles, columnTiles] = [ceilDiv(K, tile.rows), ceilDiv(M, tile.columns)]
  const name = `grouped_outer_${tile.rows}x${tile.columns}x${tile.depth}`

  const ir = tritonModule(
    name,
    { x: 'bf16', y: 'bf16', starts: 'i32', sizes: 'i32', out: result },
    (k, { x, y, starts, sizes, out }) => {
      const program = k.programId()
      const group = k.div(program, rowTiles * columnTiles)
      const inGroup = k.rem(program, rowTiles * columnTiles)
      const [rowTile, columnTile] = tileOf(k, inGroup, rowTiles, columnTiles, tile.band)
      const first = k.load(k.at(starts, group))
      const count = k.load(k.at(sizes, group))

      const row = k.add(k.mul(rowTile, tile.rows), k.range(tile.rows))
      const column = k.add(k.mul(columnTile, tile.columns), k.range(tile.columns))
      const depth = k.range(tile.depth)
      const inRows = K % tile.rows ? k.rows(k.less(row, K)) : undefined
      const inColumns = M % tile.columns ? k.columns(k.less(column, M)) : undefined

      // Offsets are i32 inside a tile of rows, i64 from the start of an array.
      const xTile = k.at(k.at(x, k.mul(k.wide(first), K)), k.add(k.mul(k.columns(depth), K), k.rows(row)))
      const yTile = k.at(k.at(y, k.mul(k.wide(first), M)), k.add(k.mul(k.rows(depth), M), k.columns(column)))
      const [, , sum] = k.for(
        k.div(k.add(count, tile.depth - 1), tile.depth),
        [xTile, yTile, k.zeros([tile.rows, tile.columns], 'f32')],
        (step, [xs, ys, sum]) => {
          const left = k.less(depth, k.sub(count, k.mul(step, tile.depth)))
          const a = k.load(xs!, both(k, k.columns(left), inRows))
          const b = k.load(ys!, both(k, k.rows(left), inColumns))
          return [k.at(xs!, tile.depth * K), k.at(ys!, tile.depth * M), k.dot(a, b, sum!)]
        },
      )

      const outGroup = k.at(out, k.mul(k.wide(group), K * M))
      const outTile = k.at(outGroup, k.add(k.mul(k.rows(row), M), k.columns(column)))
      k.store(outTile, k.rounded(sum!, result), both(k, inRows, inColumns))
    },
  )
  return { name, ir, programs: E * rowTiles * columnTiles, warps: tile.warps, stages: tile.stages }
}
