import type { Kernel, Value } from './builder.ts'
import { both, ceilDiv, type Tile } from './tile.ts'

/** One side of a product: a matrix stored by rows, of which a tile of the result reads some rows or some columns. */
export interface Factor {
  /** Pointer to the matrix. */
  readonly start: Value
  /** Elements of a row. */
  readonly width: number
  /** The stored dimension that is contracted. */
  readonly contract: 'rows' | 'columns'
  /** Numbers of the other dimension's rows or columns that the tile reads, and how many there are. */
  readonly across: Value
  readonly size: number
}

/** Pointers and the mask of a step of one side, and how far the next step is. */
interface Steps {
  readonly pointers: Value
  readonly mask: Value | undefined
  readonly stride: number
}

/** What is read past the end is clamped where its neighbours in memory are contracted, masked where they are not. */
function steps(
  k: Kernel,
  { start, width, contract, across, size }: Factor,
  depth: Value,
  span: number,
  along: Kernel['rows'],
  deep: Kernel['rows'],
): Steps {
  const cut = size % across.shape[0]! !== 0
  if (contract === 'columns') {
    const inside = cut ? k.min(across, size - 1) : across
    const rows = k.at(start, k.mul(along(inside), width))
    return { pointers: k.at(rows, deep(depth)), mask: undefined, stride: span }
  }
  const rows = k.at(start, k.mul(deep(depth), width))
  const mask = cut ? along(k.less(across, size)) : undefined
  return { pointers: k.at(rows, along(across)), mask, stride: span * width }
}

/** The f32 sums of a tile of `left · right`, contracted over K. */
export function productTile(k: Kernel, left: Factor, right: Factor, K: number, tile: Tile): Value {
  const depth = k.range(tile.depth)
  const x = steps(k, left, depth, tile.depth, k.rows, k.columns)
  const y = steps(k, right, depth, tile.depth, k.columns, k.rows)
  const [, , sum] = k.for(
    ceilDiv(K, tile.depth),
    [x.pointers, y.pointers, k.zeros([tile.rows, tile.columns], 'f32')],
    (step, [xs, ys, sum]) => {
      const inDepth = K % tile.depth ? k.less(depth, k.sub(K, k.mul(step, tile.depth))) : undefined
      const xTile = k.load(xs!, both(k, inDepth && k.columns(inDepth), x.mask))
      const yTile = k.load(ys!, both(k, inDepth && k.rows(inDepth), y.mask))
      const next = k.dot(xTile, yTile, sum!)
      return [k.at(xs!, x.stride), k.at(ys!, y.stride), next]
    },
  )
  return sum!
}

/** Matrix number `s` of a stack. */
export const matrixOf = (k: Kernel, stack: Value, s: Value, size: number): Value =>
  k.at(stack, k.mul(k.wide(s), size))

/** Pointers to the elements (row, column) of a matrix with rows of `width`, and the mask of those that there are. */
export function elementsOf(
  k: Kernel,
  start: Value,
  row: Value,
  column: Value,
  [rows, width]: readonly [number, number],
): { readonly pointers: Value; readonly mask: Value | undefined } {
  const inRows = rows % row.shape[0]! ? k.rows(k.less(row, rows)) : undefined
  const inColumns = width % column.shape[0]! ? k.columns(k.less(column, width)) : undefined
  const pointers = k.at(k.at(start, k.mul(k.rows(row), width)), k.columns(column))
  return { pointers, mask: both(k, inRows, inColumns) }
}
