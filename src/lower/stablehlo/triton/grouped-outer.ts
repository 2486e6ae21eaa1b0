import { type Kernel, tritonModule, type Value } from './builder.ts'
import { both, ceilDiv, type LaunchedKernel, type Tile, tileOf } from './tile.ts'

export interface GroupedOuter {
  /** Groups of rows. */
  readonly E: number
  /** Sizes of a row of x and of y; multiples of 8, for 16-byte copies. */
  readonly K: number
  readonly M: number
  readonly result: 'bf16' | 'f32'
  /** Rows of x and of y if an index picks from them: x[xIndex[n]] takes the place of x[n]. */
  readonly gather?: { readonly x?: number | undefined; readonly y?: number | undefined }
  readonly tile: Tile
}

/** The rows of one operand that a step multiplies. */
interface RowTiles {
  /** What a step needs of the one before. */
  readonly start: Value
  readonly tile: (carried: Value, mask: Value | undefined) => Value
  readonly next: (step: Value, carried: Value) => Value
}

/**
 * out[e] = x_eᵀ y_e over the rows of group e: what a group's weights get of gradient. Operands x[N,K], y[N,M], groups
 * i32[3,E] (each group's number, first row and number of rows, in the order of launch), with `gather` xIndex, yIndex
 * i32[N]; result [E,K,M], zero for an empty group.
 *
 * The contracted dimension is the group's rows, so rows past its end are masked to zero in both operands: a zero in one
 * alone would still let another group's infinities through.
 */
export function groupedOuter({ E, K, M, result, gather = {}, tile }: GroupedOuter): LaunchedKernel {
  const [rowTiles, columnTiles] = [ceilDiv(K, tile.rows), ceilDiv(M, tile.columns)]
  const picked = `${gather.x === undefined ? '' : 'x'}${gather.y === undefined ? '' : 'y'}`
  const name = `grouped_outer_${picked && `gather_${picked}_`}${tile.rows}x${tile.columns}x${tile.depth}`
  const args = {
    x: 'bf16',
    y: 'bf16',
    groups: 'i32',
    ...(gather.x === undefined ? {} : { xIndex: 'i32' as const }),
    ...(gather.y === undefined ? {} : { yIndex: 'i32' as const }),
    out: result,
  } as const

  const ir = tritonModule(name, args, (k, { x, y, groups, xIndex, yIndex, out }) => {
    const program = k.programId()
    const place = k.div(program, rowTiles * columnTiles)
    const inGroup = k.rem(program, rowTiles * columnTiles)
    const [rowTile, columnTile] = tileOf(k, inGroup, rowTiles, columnTiles, tile.band)
    const [group, first, count] = [0, E, 2 * E].map((line) => k.load(k.at(groups, k.add(place, line)))) as [
      Value,
      Value,
      Value,
    ]

    const row = k.add(k.mul(rowTile, tile.rows), k.range(tile.rows))
    const column = k.add(k.mul(columnTile, tile.columns), k.range(tile.columns))
    const depth = k.range(tile.depth)
    const inRows = K % tile.rows ? k.rows(k.less(row, K)) : undefined
    const inColumns = M % tile.columns ? k.columns(k.less(column, M)) : undefined
    const inStep = (step: Value): Value => k.less(depth, k.sub(count, k.mul(step, tile.depth)))

    // Offsets are i32 inside a tile of rows, i64 from the start of an array.
    const following = (array: Value, width: number, along: Kernel['rows'], across: Value): RowTiles => ({
      start: k.at(k.at(k.at(array, k.mul(k.wide(first), width)), k.mul(along(depth), width)), across),
      tile: k.load,
      next: (_, pointers) => k.at(pointers, tile.depth * width),
    })
    // The next step's index is read a step ahead: rows then wait for no index.
    const pickedBy = (
      index: Value,
      rows: number,
      array: Value,
      width: number,
      along: Kernel['rows'],
      across: Value,
    ): RowTiles => {
      const indexAt = k.at(k.at(index, first), depth)
      const base = k.at(array, across)
      const read = (step: Value): Value => k.load(k.at(indexAt, k.mul(step, tile.depth)), inStep(step))
      return {
        start: read(k.constant(0)),
        tile: (at, mask) =>
          k.load(k.at(base, k.mul(along(rows * width < 2 ** 31 ? at : k.wide(at)), width)), mask),
        next: (step) => read(k.add(step, 1)),
      }
    }
    const [xAcross, yAcross] = [k.rows(row), k.columns(column)]
    const xs = xIndex
      ? pickedBy(xIndex, gather.x!, x, K, k.columns, xAcross)
      : following(x, K, k.columns, xAcross)
    const ys = yIndex ? pickedBy(yIndex, gather.y!, y, M, k.rows, yAcross) : following(y, M, k.rows, yAcross)

    const [, , sum] = k.for(
      k.div(k.add(count, tile.depth - 1), tile.depth),
      [xs.start, ys.start, k.zeros([tile.rows, tile.columns], 'f32')],
      (step, [xAt, yAt, sum]) => {
        const left = inStep(step)
        const a = xs.tile(xAt!, both(k, k.columns(left), inRows))
        const b = ys.tile(yAt!, both(k, k.rows(left), inColumns))
        return [xs.next(step, xAt!), ys.next(step, yAt!), k.dot(a, b, sum!)]
      },
    )

    const outGroup = k.at(out, k.mul(k.wide(group), K * M))
    const outTile = k.at(k.at(outGroup, k.mul(k.rows(row), M)), k.columns(column))
    k.store(outTile, k.rounded(sum!, result), both(k, inRows, inColumns))
  })
  return { name, ir, programs: E * rowTiles * columnTiles, warps: tile.warps, stages: tile.stages }
}
