/**
 * Products of rows by groups whose sizes are known only at run time, with plain ops of fixed shapes: every group gets C
 * slots, the rows that fit are multiplied in one batched product, and what is left over goes through further passes. No row
 * is dropped. Rows are moved by gathers both ways. C leaves a quarter above the mean, so that a second pass is rare.
 *
 * Letters: N rows, E groups, C slots of a group, K and M widths.
 */
import { type Shape, sizeOf } from '../../tensor/types.ts'
import type { Builder, Ssa } from './builder.ts'
import { dot } from './contraction.ts'
import {
  broadcast,
  compare,
  convert,
  elementwise,
  filled,
  iota,
  reshape,
  scalar,
  select,
  signature,
  splat,
  whileLoop,
} from './forms.ts'
import { gather } from './indexing.ts'
import { exclusiveSum, maximum, sum, sumType } from './reduction.ts'

/** Slots of a group: 1.25 times the mean, in tiles of 128 rows where groups are that large. */
function slotsFor(rows: number, groups: number): number {
  const wanted = Math.ceil((rows / groups) * 1.25)
  const tile = wanted >= 128 ? 128 : 8
  return Math.min(rows, Math.ceil(wanted / tile) * tile)
}

const add = (b: Builder, x: Ssa, y: Ssa): Ssa => elementwise(b, 'add', [x, y])
const subtract = (b: Builder, x: Ssa, y: Ssa): Ssa => elementwise(b, 'subtract', [x, y])
const times = (b: Builder, x: Ssa, factor: number): Ssa =>
  elementwise(b, 'multiply', [x, splat(b, factor, x)])
/** `0 ≤ x < limit` */
const within = (b: Builder, x: Ssa, limit: number): Ssa =>
  elementwise(b, 'and', [compare(b, 'ge', x, splat(b, 0, x)), compare(b, 'lt', x, splat(b, limit, x))])
const clamped = (b: Builder, x: Ssa, highest: number): Ssa => {
  const bounds = [scalar(b, 0, 'i32'), scalar(b, highest, 'i32')] as const
  return signature(
    b,
    `stablehlo.clamp ${bounds[0].name}, ${x.name}, ${bounds[1].name}`,
    [bounds[0], x, bounds[1]],
    x,
  )
}

/** For each slot [E,C] its place in its group; `first` is p·C. */
const ranksOf = (b: Builder, first: Ssa, shape: Shape): Ssa =>
  add(b, iota(b, 1, { dtype: 'i32', shape }), filled(b, first, shape))

/** The row of each slot [E,C]; behind a group's end it is some other row. */
const rowsOf = (b: Builder, starts: Ssa, ranks: Ssa, rows: number): Ssa =>
  clamped(b, add(b, broadcast(b, starts, ranks.shape, [0]), ranks), rows - 1)

/** For each row its group and its place in it, i32[N]. */
function placesOf(b: Builder, starts: Ssa, sizes: Ssa, rows: number): { group: Ssa; rank: Ssa } {
  const ends = add(b, starts, sizes)
  const shape = [rows, starts.shape[0]!]
  const row = iota(b, 0, { dtype: 'i32', shape: [rows] })
  const behind = compare(b, 'ge', broadcast(b, row, shape, [0]), broadcast(b, ends, shape, [1]))
  const group = clamped(b, sum(b, convert(b, behind, 'i32'), [1]), starts.shape[0]! - 1)
  return { group, rank: subtract(b, row, gather(b, starts, group, 0)) }
}

/**
 * `result` after the first pass and then, while some group has rows left, after further ones. `pass` gets p·C, the result
 * so far (null at first) and `operands` as its region sees them.
 */
function inPasses(
  b: Builder,
  sizes: Ssa,
  slots: number,
  rows: number,
  operands: readonly Ssa[],
  pass: (first: Ssa, before: Ssa | null, operands: readonly Ssa[]) => Ssa,
): Ssa {
  const once = pass(scalar(b, 0, 'i32'), null, operands)
  if (slots >= rows) return once
  const largest = maximum(b, sizes, [0])
  const start = [scalar(b, slots, 'i32'), once, largest, ...operands]
  return whileLoop(
    b,
    start,
    ([first, , most]) => compare(b, 'lt', first!, most!),
    ([first, before, most, ...seen]) => [
      add(b, first!, scalar(b, slots, 'i32')),
      pass(first!, before!, seen),
      most!,
      ...seen,
    ],
  )[1]!
}

/** `x[N,K]` by groups of rows times `w[E,·,·]`, contracted over its dimension `contract` → [N,M]. */
export function groupedProductInPasses(b: Builder, x: Ssa, w: Ssa, sizes: Ssa, contract: 1 | 2): Ssa {
  const rows = x.shape[0]!
  const [groups, M] = [w.shape[0]!, w.shape[3 - contract]!]
  const result = { dtype: x.dtype, shape: [rows, M] }
  if (sizeOf(result.shape) === 0) return splat(b, 0, result)
  const slots = slotsFor(rows, groups)
  const offsets = exclusiveSum(b, sizes, 0)
  const places = placesOf(b, offsets, sizes, rows)
  const operands = [x, w, offsets, places.group, places.rank]
  return inPasses(b, sizes, slots, rows, operands, (first, before, [x, w, starts, group, rank]) => {
    // What slots behind a group's end hold is never read back.
    const inSlots = gather(b, x!, rowsOf(b, starts!, ranksOf(b, first, [groups, slots]), rows), 0)
    const products = dot(b, inSlots, w!, { batch: [[0], [0]], contract: [[2], [contract]] })
    const place = subtract(b, rank!, filled(b, first, [rows]))
    const slot = clamped(b, add(b, times(b, group!, slots), place), groups * slots - 1)
    const found = gather(b, reshape(b, products, [groups * slots, M]), slot, 0)
    if (before === null) return found
    return select(b, broadcast(b, within(b, place, slots), result.shape, [0]), found, before)
  })
}

/** For each group of rows `x_eᵀ y_e` → [E,K,M], summed in f32 over its passes. */
export function groupedOuterInPasses(b: Builder, x: Ssa, y: Ssa, sizes: Ssa): Ssa {
  const [rows, K] = x.shape as [number, number]
  const shape = [sizes.shape[0]!, K, y.shape[1]!]
  if (rows === 0) return splat(b, 0, { dtype: x.dtype, shape })
  const slots = slotsFor(rows, shape[0]!)
  const operands = [x, y, sizes, exclusiveSum(b, sizes, 0)]
  const total = inPasses(b, sizes, slots, rows, operands, (first, before, [x, y, sizes, starts]) => {
    const ranks = ranksOf(b, first, [shape[0]!, slots])
    const row = rowsOf(b, starts!, ranks, rows)
    const held = compare(b, 'lt', ranks, broadcast(b, sizes!, ranks.shape, [0]))
    const inSlots = [x!, y!].map((side) => {
      const found = gather(b, side, row, 0)
      return select(b, broadcast(b, held, found.shape, [0, 1]), found, splat(b, 0, found))
    })
    const dims = { batch: [[0], [0]], contract: [[1], [1]] } as const
    const products = dot(b, inSlots[0]!, inSlots[1]!, dims, sumType(x!.dtype))
    return before === null ? products : add(b, before, products)
  })
  return convert(b, total, x.dtype)
}
