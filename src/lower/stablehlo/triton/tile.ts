import type { Kernel, Value } from './builder.ts'

/**
 * How a product is cut: each program makes `rows × columns` of the result in steps of `depth` along the contracted
 * dimension, with `warps` warps and `stages` steps in flight; `band` rows of programs are walked column by column, so
 * that what runs at the same time shares its operands in L2.
 */
export interface Tile {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly warps: number
  readonly stages: number
  readonly band: number
}

/** A kernel's text with what its launch needs. */
export interface LaunchedKernel {
  readonly name: string
  readonly ir: string
  /** Number of programs. */
  readonly programs: number
  readonly warps: number
  readonly stages: number
}

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b)

/** The row and column of tile number `id` among `rows × columns` tiles, walked in bands of `band` rows. */
export function tileOf(k: Kernel, id: Value, rows: number, columns: number, band: number): [Value, Value] {
  const perBand = band * columns
  const firstRow = k.mul(k.div(id, perBand), band)
  const height = k.min(k.sub(rows, firstRow), band)
  const inBand = k.rem(id, perBand)
  return [k.add(firstRow, k.rem(inBand, height)), k.div(inBand, height)]
}

/** Both masks, or the one there is. */
export const both = (k: Kernel, a: Value | undefined, b: Value | undefined): Value | undefined =>
  a && b ? k.and(a, b) : (a ?? b)
