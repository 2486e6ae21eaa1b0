import { tritonCall } from './custom-call.ts'
import { type Emit, groupStarts, rowTileTable } from './group-tables.ts'
import { type GroupedOuter, groupedOuter } from './grouped-outer.ts'
import { type GroupedRows, groupedRows, rowTiles } from './grouped-rows.ts'

/** Names of StableHLO values x[N,K] (or x[gather,K] with index i32[N]), w[E,·,·] and sizes i32[E]. */
export interface RowsOperands {
  readonly x: string
  readonly w: string
  readonly sizes: string
  readonly index?: string
}

/** Rows sorted by group times their group's weights, as StableHLO; returns the name of y[N,M]. */
export function groupedRowsCall(emit: Emit, size: GroupedRows, { x, w, sizes, index }: RowsOperands): string {
  const { N, E, K, M, contract, gather, result, tile } = size
  const T = rowTiles(N, E, tile.rows)
  const table = rowTileTable(emit, sizes, E, T, tile.rows)
  const operands: [string, string][] = [
    [x, `tensor<${gather ?? N}x${K}xbf16>`],
    [w, contract === 2 ? `tensor<${E}x${M}x${K}xbf16>` : `tensor<${E}x${K}x${M}xbf16>`],
    [table, `tensor<3x${T}xi32>`],
  ]
  if (index !== undefined) operands.push([index, `tensor<${N}xi32>`])
  return emit(tritonCall(groupedRows(size), operands, `tensor<${N}x${M}x${result}>`))
}

/** x_eᵀ y_e for each group of rows, as StableHLO; returns the name of out[E,K,M]. */
export function groupedOuterCall(
  emit: Emit,
  size: GroupedOuter,
  { x, y, sizes }: { readonly x: string; readonly y: string; readonly sizes: string },
): string {
  const { N, E, K, M, result } = size
  const operands: [string, string][] = [
    [x, `tensor<${N}x${K}xbf16>`],
    [y, `tensor<${N}x${M}xbf16>`],
    [groupStarts(emit, sizes, E), `tensor<${E + 1}xi32>`],
  ]
  return emit(tritonCall(groupedOuter(size), operands, `tensor<${E}x${K}x${M}x${result}>`))
}
