import { tritonModule } from './builder.ts'
import { both, ceilDiv, type LaunchedKernel, type Tile, tileOf } from './tile.ts'

export interface GroupedRows {
  /** Rows N of the result, in E groups. */
  readonly N: number
  readonly E: number
  /** The contracted size K and the size M that the weights make of it; multiples of 8, for 16-byte copies. */
  readonly K: number
  readonly M: number
  /** Dimension of the weights that is contracted: 2 for w[E,M,K], 1 for w[E,K,M]. */
  readonly contract: 1 | 2
  readonly result: 'bf16' | 'f32'
  /** Rows of the operand that `index` i32[N] picks from: x[index[n]] takes the place of x[n]. */
  readonly gather?: number | undefined
  readonly tile: Tile
}

/** Most row tiles that any division of N rows into E groups can need: each group may leave one tile part empty. */
export const rowTiles = (N: number, E: number, rows: number): number => Math.floor(N / rows) + E

/**
 * y[n] = w[group of n] · x[n] for rows sorted by group. Operands x, w, tiles i32[3,T] (each row tile's group, first row
 * and end row, T = `rowTiles`; a tile without rows has first = end) and, with `gather`, index; result y.
 *
 * A tile of rows belongs to one group. Rows past the group's end are computed from whatever lies there and not stored.
 */
export function groupedRows(size: GroupedRows): LaunchedKernel {
  const { N, E, K, M, contract, result, gather, tile } = size
  const T = rowTiles(N, E, tile.rows)
  const columnTiles = ceilDiv(M, tile.columns)
  const name = `grouped_rows_${contract}_${gather === undefined ? '' : 'gather_'}${tile.rows}x${tile.columns}x${tile.depth}`
  const args = {
    x: 'bf16',
    w: 'bf16',
    tiles: 'i32',
    ...(gather === undefined ? {} : { index: 'i32' as const }),
    y: result,
  } as const
  const cut = { columns: M % tile.columns !== 0, depth: K % tile.depth !== 0 }

  const ir = tritonModule(name, args, (k, { x, w, tiles, index, y }) => {
    const [rowTile, columnTile] = tileOf(k, k.programId(), T, columnTiles, tile.band)
    const group = k.load(k.at(tiles, rowTile))
    const first = k.load(k.at(tiles, k.add(rowTile, T)))
    const end = k.load(k.at(tiles, k.add(rowTile, 2 * T)))

    k.if(k.less(first, end), () => {
      const row = k.range(tile.rows)
      const column = k.add(k.mul(columnTile, tile.columns), k.range(tile.columns))
      const depth = k.range(tile.depth)

      // Offsets are i32 inside a tile of rows or one group's weights, i64 from the start of an array. What lies outside
      // the array is clamped where its neighbours in memory are other values of `depth`, and masked where they are not.
      const inArray = k.min(row, k.sub(N - 1, first))
      const picked = index && k.load(k.at(index, k.add(first, inArray)))
      const xRow = picked && gather! * K >= 2 ** 31 ? k.wide(picked) : (picked ?? inArray)
      const xStart = index ? x : k.at(x, k.mul(k.wide(first), K))
      const xTile = k.at(k.at(xStart, k.mul(k.rows(xRow), K)), k.columns(depth))

      const inColumns = cut.columns ? k.columns(k.less(column, M)) : undefined
      const wRow = cut.columns && contract === 2 ? k.min(column, M - 1) : column
      const wStart = k.at(w, k.mul(k.wide(group), K * M))
      const wTile =
        contract === 2
          ? k.at(k.at(wStart, k.mul(k.columns(wRow), K)), k.rows(depth))
          : k.at(k.at(wStart, k.mul(k.rows(depth), M)), k.columns(wRow))

      const [, , sum] = k.for(
        ceilDiv(K, tile.depth),
        [xTile, wTile, k.zeros([tile.rows, tile.columns], 'f32')],
        (step, [xs, ws, sum]) => {
          const inDepth = cut.depth ? k.less(depth, k.sub(K, k.mul(step, tile.depth))) : undefined
          const xMask = inDepth && k.columns(inDepth)
          const wMask = both(k, inDepth && k.rows(inDepth), contract === 1 ? inColumns : undefined)
          const next = k.dot(k.load(xs!, xMask), k.load(ws!, wMask), sum!)
          return [k.at(xs!, tile.depth), k.at(ws!, tile.depth * (contract === 2 ? 1 : M)), next]
        },
      )

      const yStart = k.at(y, k.mul(k.wide(first), M))
      const yTile = k.at(k.at(yStart, k.mul(k.rows(row), M)), k.columns(column))
      const inGroup = k.rows(k.less(row, k.sub(end, first)))
      k.store(yTile, k.rounded(sum!, result), both(k, inGroup, inColumns))
    })
  })
  return { name, ir, programs: T * columnTiles, warps: tile.warps, stages: tile.stages }
}
