/** Adds one operation, without its result, to the StableHLO text and returns the result's name. */
export type Emit = (operation: string) => string

const i32 = (...shape: readonly number[]): string => `tensor<${[...shape, 'i32'].join('x')}>`
const i1 = (...shape: readonly number[]): string => `tensor<${[...shape, 'i1'].join('x')}>`

const constant = (emit: Emit, value: number, ...shape: readonly number[]): string =>
  emit(`stablehlo.constant dense<${value}> : ${i32(...shape)}`)
const iota = (emit: Emit, dim: 0 | 1, rows: number, columns: number): string =>
  emit(`stablehlo.iota dim = ${dim} : ${i32(rows, columns)}`)
/** A vector over groups laid into every one of `rows` rows. */
const inRows = (emit: Emit, vector: string, rows: number, E: number): string =>
  emit(`stablehlo.broadcast_in_dim ${vector}, dims = [1] : (${i32(E)}) -> ${i32(rows, E)}`)
const compare = (emit: Emit, kind: 'LT' | 'GE', a: string, b: string, rows: number, E: number): string =>
  emit(`stablehlo.compare ${kind}, ${a}, ${b}, SIGNED : (${i32(rows, E)}, ${i32(rows, E)}) -> ${i1(rows, E)}`)

/** Each row's sum of what `mask` keeps of `values`. */
function sumWhere(emit: Emit, mask: string, values: string, rows: number, E: number): string {
  const none = constant(emit, 0, rows, E)
  const kept = emit(`stablehlo.select ${mask}, ${values}, ${none} : ${i1(rows, E)}, ${i32(rows, E)}`)
  const zero = constant(emit, 0)
  return emit(
    `stablehlo.reduce(${kept} init: ${zero}) applies stablehlo.add across dimensions = [1] : (${i32(rows, E)}, ${i32()}) -> ${i32(rows)}`,
  )
}

/** Sums of `vector` i32[E] before each of its first `count` places. */
function sumsBefore(emit: Emit, vector: string, E: number, count: number): string {
  const before = compare(emit, 'LT', iota(emit, 1, count, E), iota(emit, 0, count, E), count, E)
  return sumWhere(emit, before, inRows(emit, vector, count, E), count, E)
}

/** `sizes` i32[E] → the first row of each group, then the number of rows, i32[E+1]. */
export const groupStarts = (emit: Emit, sizes: string, E: number): string => sumsBefore(emit, sizes, E, E + 1)

/**
 * `sizes` i32[E] → i32[3,T]: the group, the first row and the end row of each of T tiles of at most `rows` rows that do
 * not cross groups. Tiles left over have zeros, so first = end.
 */
export function rowTileTable(emit: Emit, sizes: string, E: number, T: number, rows: number): string {
  const vector = (op: string, a: string, b: string): string => emit(`stablehlo.${op} ${a}, ${b} : ${i32(E)}`)
  const table = (op: string, a: string, b: string): string =>
    emit(`stablehlo.${op} ${a}, ${b} : ${i32(T, E)}`)

  const tiles = vector('divide', vector('add', sizes, constant(emit, rows - 1, E)), constant(emit, rows, E))
  const tileStart = sumsBefore(emit, tiles, E, E)
  const tileEnd = vector('add', tileStart, tiles)
  const rowStart = sumsBefore(emit, sizes, E, E)
  const rowEnd = vector('add', rowStart, sizes)

  const tile = iota(emit, 0, T, E)
  const [from, to] = [inRows(emit, tileStart, T, E), inRows(emit, tileEnd, T, E)]
  const after = compare(emit, 'GE', tile, from, T, E)
  const before = compare(emit, 'LT', tile, to, T, E)
  const own = emit(`stablehlo.and ${after}, ${before} : ${i1(T, E)}`)
  const height = constant(emit, rows, T, E)
  const first = table(
    'add',
    inRows(emit, rowStart, T, E),
    table('multiply', table('subtract', tile, from), height),
  )
  const end = table('minimum', table('add', first, height), inRows(emit, rowEnd, T, E))

  const lines = [iota(emit, 1, T, E), first, end].map((values) =>
    emit(`stablehlo.reshape ${sumWhere(emit, own, values, T, E)} : (${i32(T)}) -> ${i32(1, T)}`),
  )
  return emit(
    `stablehlo.concatenate ${lines.join(', ')}, dim = 0 : (${Array(3).fill(i32(1, T)).join(', ')}) -> ${i32(3, T)}`,
  )
}
