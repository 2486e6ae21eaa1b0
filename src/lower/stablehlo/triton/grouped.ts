import type { EquationOf, Value } from '../../../tensor/program.ts'
import { type Builder, get, put, type Ssa } from '../builder.ts'
import { convert } from '../forms.ts'
import { tritonCall } from './custom-call.ts'
import { groupTable, rowTileTable } from './group-tables.ts'
import { groupedOuter } from './grouped-outer.ts'
import { groupedRows, rowTiles } from './grouped-rows.ts'
import type { Tile } from './tile.ts'
import { tileChoice } from './tile-choice.ts'

type Result = 'bf16' | 'f32'

/** Rows of an array as they lie, or with `index` i32[N] those that it picks: rows need not be moved beforehand. */
export interface Rows {
  readonly array: Ssa
  readonly index?: Ssa
}
const indexOf = ({ index }: Rows): readonly Ssa[] => (index ? [index] : [])
const gathered = ({ array, index }: Rows): number | undefined => index && array.shape[0]!

/** Rows x[N,K], sorted by group, times their group's weights, contracted over dimension `contract` of w → [N,M]. */
function groupedProduct(
  b: Builder,
  { x, w, sizes }: { readonly x: Rows; readonly w: Ssa; readonly sizes: Ssa },
  contract: 1 | 2,
  result: Result = 'bf16',
  tile: Tile = tileChoice.rows,
): Ssa {
  const [N, K] = [(x.index ?? x.array).shape[0]!, x.array.shape[1]!]
  const [E, M] = [sizes.shape[0]!, w.shape[3 - contract]!]
  const table = rowTileTable(b, sizes, rowTiles(N, E, tile.rows), tile.rows)
  const kernel = groupedRows({ N, E, K, M, contract, result, tile, gather: gathered(x) })
  return tritonCall(b, kernel, [x.array, w, table, ...indexOf(x)], { dtype: result, shape: [N, M] })
}

/** x_eᵀ y_e for each group e of the rows x[N,K] and y[N,M] → [E,K,M]. */
function groupedOuterProduct(
  b: Builder,
  { x, y, sizes }: { readonly x: Rows; readonly y: Rows; readonly sizes: Ssa },
  result: Result = 'bf16',
  tile: Tile = tileChoice.outer,
): Ssa {
  const [K, E, M] = [x.array.shape[1]!, sizes.shape[0]!, y.array.shape[1]!]
  const kernel = groupedOuter({ E, K, M, result, tile, gather: { x: gathered(x), y: gathered(y) } })
  const operands = [x.array, y.array, groupTable(b, sizes), ...indexOf(x), ...indexOf(y)]
  return tritonCall(b, kernel, operands, { dtype: result, shape: [E, K, M] })
}

/** The rows that a value of the IR stands for in bf16, looking through a gather. */
function rowsOf(b: Builder, value: Value): Rows {
  const x = get(b, value)
  const gather = b.gathers.get(x.name)
  return gather?.array.dtype === 'bf16' ? gather : { array: convert(b, x, 'bf16') }
}

/** Copies of 16 bytes, and tiles that are not mostly padding. */
const suits = (size: number): boolean => size % 16 === 0 && size >= 64

/** Puts the product of a grouped equation in bf16 by a Triton kernel; false if there is none for its sizes. */
export function groupedKernel(
  b: Builder,
  equation: EquationOf<'groupedDot'> | EquationOf<'groupedOuter'>,
): boolean {
  const [x, y, sizes] = equation.inputs
  const [out] = equation.outputs
  if (b.platform !== 'cuda' || x!.dtype !== 'bf16' || x!.shape[0] === 0) return false
  if (!suits(x!.shape[1]!) || !suits(out!.shape.at(-1)!)) return false
  const [left, counts] = [rowsOf(b, x!), get(b, sizes!)]
  put(
    b,
    out!,
    equation.op === 'groupedDot'
      ? groupedProduct(
          b,
          { x: left, w: convert(b, get(b, y!), 'bf16'), sizes: counts },
          equation.attrs.contract,
        )
      : groupedOuterProduct(
          b,
          { x: left, y: rowsOf(b, y!), sizes: counts },
          b.wide.has(out!.id) ? 'f32' : 'bf16',
        ),
  )
  return true
}
