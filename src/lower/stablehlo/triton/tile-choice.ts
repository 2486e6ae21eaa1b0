import type { Tile } from './tile.ts'

/** Tiles for products of rows by groups and for outer products, on Hopper. */
export const tileChoice: Readonly<Record<'rows' | 'outer', Tile>> = {
  rows: { rows: 128, columns: 256, depth: 64, warps: 8, stages: 3, band: 8 },
  outer: { rows: 128, columns: 256, depth: 64, warps: 8, stages: 3, band: 8 },
}
