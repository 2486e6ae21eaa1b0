import { upperTiles } from './batched-gram.ts'
import { ceilDiv, type Tile } from './tile.ts'

const large: Tile = { rows: 128, columns: 256, depth: 64, warps: 8, stages: 3, band: 8 }
const square: Tile = { rows: 128, columns: 128, depth: 64, warps: 4, stages: 3, band: 8 }
const small: Tile = { rows: 64, columns: 64, depth: 64, warps: 4, stages: 4, band: 8 }

/** Programs that run at the same time on Hopper's 132 multiprocessors; with fewer, smaller tiles spread the work. */
const enough = 128

/** The tile of a symmetric product [side, side] of S matrices. */
export const gramTile = (S: number, side: number): Tile =>
  S * upperTiles(ceilDiv(side, square.rows)) >= enough ? square : small

/** The tile of a product [N, M] of S matrices. */
export const productTileOf = (S: number, N: number, M: number): Tile =>
  [large, square].find(({ rows, columns }) => S * ceilDiv(N, rows) * ceilDiv(M, columns) >= enough) ?? small
