import { type Builder, emit, type Ssa } from '../builder.ts'
import { broadcast, compare, elementwise, iota, reduce, reshape, select, splat } from '../forms.ts'
import { tensorType, typeList } from '../tensor-type.ts'

const i32 = (...shape: readonly number[]) => ({ dtype: 'i32', shape }) as const

const add = (b: Builder, x: Ssa, y: Ssa): Ssa => elementwise(b, 'add', [x, y])
/** A vector over groups, laid into each of `rows` rows. */
const inRows = (b: Builder, vector: Ssa, rows: number): Ssa =>
  broadcast(b, vector, [rows, vector.shape[0]!], [1])
/** Each row's sum of what `mask` keeps of `values`. */
const sumWhere = (b: Builder, mask: Ssa, values: Ssa): Ssa =>
  reduce(b, 'add', select(b, mask, values, splat(b, 0, values)), 0, [1])

/** The sum of what stands before each place of a vector i32[E]: as one masked reduction, a single small kernel. */
export function sumsBefore(b: Builder, vector: Ssa): Ssa {
  const E = vector.shape[0]!
  const before = compare(b, 'lt', iota(b, 1, i32(E, E)), iota(b, 0, i32(E, E)))
  return sumWhere(b, before, inRows(b, vector, E))
}

/**
 * `sizes` i32[E] → i32[3,T]: the group, the first row and the end row of each of T tiles of at most `rows` rows that do
 * not cross groups. Tiles left over have zeros, so first = end.
 */
export function rowTileTable(b: Builder, sizes: Ssa, T: number, rows: number): Ssa {
  const E = sizes.shape[0]!
  const roundedUp = add(b, sizes, splat(b, rows - 1, sizes))
  const tiles = elementwise(b, 'divide', [roundedUp, splat(b, rows, sizes)])
  const [tileStart, rowStart] = [sumsBefore(b, tiles), sumsBefore(b, sizes)]

  const tile = iota(b, 0, i32(T, E))
  const from = inRows(b, tileStart, T)
  const to = inRows(b, add(b, tileStart, tiles), T)
  const own = elementwise(b, 'and', [compare(b, 'ge', tile, from), compare(b, 'lt', tile, to)])
  const height = splat(b, rows, tile)
  const before = elementwise(b, 'multiply', [elementwise(b, 'subtract', [tile, from]), height])
  const first = add(b, inRows(b, rowStart, T), before)
  const end = elementwise(b, 'minimum', [add(b, first, height), inRows(b, add(b, rowStart, sizes), T)])

  return picked(b, own, [iota(b, 1, i32(T, E)), first, end])
}

/** For each row of the mask `own` bool[T,E], the one entry that it keeps of each of `lines` i32[T,E] → i32[lines,T]; else 0. */
function picked(b: Builder, own: Ssa, lines: readonly Ssa[]): Ssa {
  const T = own.shape[0]!
  const sums = lines.map((line) => reshape(b, sumWhere(b, own, line), [1, T]))
  const table = i32(lines.length, T)
  return emit(
    b,
    table,
    `stablehlo.concatenate ${sums.map(({ name }) => name).join(', ')}, dim = 0 : ${typeList(sums)} -> ${tensorType(table)}`,
  )
}

/**
 * `sizes` i32[E] → i32[3,E]: the number, the first row and the number of rows of each group, the largest group first:
 * where the work of a program grows with its group, small ones at the end leave the fewest processors waiting.
 */
export function groupTable(b: Builder, sizes: Ssa): Ssa {
  const E = sizes.shape[0]!
  const [down, along] = [0, 1].map((dim) => iota(b, dim, i32(E, E))) as [Ssa, Ssa]
  const other = inRows(b, sizes, E)
  const own = broadcast(b, sizes, [E, E], [0])
  const isBefore = elementwise(b, 'or', [
    compare(b, 'gt', other, own),
    elementwise(b, 'and', [compare(b, 'eq', other, own), compare(b, 'lt', along, down)]),
  ])
  const rank = sumWhere(b, isBefore, splat(b, 1, down))
  const holds = compare(b, 'eq', inRows(b, rank, E), down)
  return picked(b, holds, [along, inRows(b, sumsBefore(b, sizes), E), other])
}
