import type { EquationOf } from '../../../tensor/program.ts'
import { type Builder, get, put, type Ssa } from '../builder.ts'
import { convert } from '../forms.ts'
import { tritonCall } from './custom-call.ts'
import { rowTileTable, sumsBefore } from './group-tables.ts'
import { groupedOuter } from './grouped-outer.ts'
import { groupedRows, rowTiles } from './grouped-rows.ts'
import type { Tile } from './tile.ts'
import { tileChoice } from './tile-choice.ts'

type Result = 'bf16' | 'f32'

/**
 * Rows of x[N,K], sorted by group, times their group's weights, contracted over dimension `contract` of w → [N,M]. With
 * `index` i32[N], x[index[n]] takes the place of x[n], so that rows need not be moved beforehand.
 */
export function groupedProduct(
  b: Builder,
  { x, w, sizes, index }: { readonly x: Ssa; readonly w: Ssa; readonly sizes: Ssa; readonly index?: Ssa },
  contract: 1 | 2,
  result: Result = 'bf16',
  tile: Tile = tileChoice.rows,
): Ssa {
  const [rows, K] = x.shape as [number, number]
  const [E, N, M] = [sizes.shape[0]!, index ? index.shape[0]! : rows, w.shape[3 - contract]!]
  const table = rowTileTable(b, sizes, rowTiles(N, E, tile.rows), tile.rows)
  const kernel = groupedRows({ N, E, K, M, contract, result, tile, ...(index ? { gather: rows } : {}) })
  return tritonCall(b, kernel, [x, w, table, ...(index ? [index] : [])], { dtype: result, shape: [N, M] })
}

/** x_eᵀ y_e for each group e of the rows of x[N,K] and y[N,M] → [E,K,M]. */
export function groupedOuterProduct(
  b: Builder,
  { x, y, sizes }: { readonly x: Ssa; readonly y: Ssa; readonly sizes: Ssa },
  result: Result = 'bf16',
  tile: Tile = tileChoice.outer,
): Ssa {
  const [K, E, M] = [x.shape[1]!, sizes.shape[0]!, y.shape[1]!]
  const kernel = groupedOuter({ E, K, M, result, tile })
  return tritonCall(b, kernel, [x, y, sumsBefore(b, sizes), sizes], { dtype: result, shape: [E, K, M] })
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
  const [left, right] = [x!, y!].map((value) => convert(b, get(b, value), 'bf16')) as [Ssa, Ssa]
  const counts = get(b, sizes!)
  put(
    b,
    out!,
    equation.op === 'groupedDot'
      ? groupedProduct(b, { x: left, w: right, sizes: counts }, equation.attrs.contract)
      : groupedOuterProduct(b, { x: left, y: right, sizes: counts }, b.wide.has(out!.id) ? 'f32' : 'bf16'),
  )
  return true
}
