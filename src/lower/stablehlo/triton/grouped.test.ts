import { describe, expect, test } from 'vitest'
import { grad } from '../../../tensor/grad.ts'
import { groupedLinear, groupedOuter } from '../../../tensor/ops/contraction.ts'
import { convert } from '../../../tensor/ops/elementwise.ts'
import { gather } from '../../../tensor/ops/indexing.ts'
import { sum } from '../../../tensor/ops/reduction.ts'
import { trace } from '../../../tensor/trace.ts'
import type { DType } from '../../../tensor/types.ts'
import { type Builder, newBuilder, type Ssa } from '../builder.ts'
import { lowerToStableHlo } from '../module.ts'
import { tritonCall } from './custom-call.ts'
import { groupTable, rowTileTable, sumsBefore } from './group-tables.ts'
import { groupedOuter as groupedOuterKernel } from './grouped-outer.ts'
import { groupedRows, rowTiles } from './grouped-rows.ts'
import { runKernel } from './run-kernel.fixture.ts'

const tile = { rows: 16, columns: 16, depth: 16, warps: 4, stages: 3, band: 2 }
const sizes = [0, 5, 37, 0, 16, 1]
const N = 59
const E = sizes.length
const starts = sizes.map((_, e) => sizes.slice(0, e).reduce((sum, size) => sum + size, 0))
const groupOf = sizes.flatMap((size, e) => Array<number>(size).fill(e))

/** The groups in the order of launch, largest first: number, first row, number of rows. */
const order = [2, 4, 1, 5, 0, 3]
const groups = [order, order.map((e) => starts[e]!), order.map((e) => sizes[e]!)].flat()

/** Small whole numbers, of which sums are exact in any order. */
const numbers = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 7 + seed * 13 + (i >> 3)) % 11) - 5)
const nothing = (length: number): number[] => Array<number>(length).fill(Number.NaN)

/** The tile table, tile by tile. */
function tilesOf(rows: number): number[] {
  const tiles = sizes.flatMap((size, e) =>
    Array.from({ length: Math.ceil(size / rows) }, (_, i) => {
      const first = starts[e]! + i * rows
      return [e, first, Math.min(first + rows, starts[e]! + size)]
    }),
  )
  while (tiles.length < rowTiles(N, E, rows)) tiles.push([0, 0, 0])
  return [0, 1, 2].flatMap((line) => tiles.map((values) => values[line]!))
}

describe.each([
  { K: 32, M: 32 },
  { K: 24, M: 40 },
  { K: 8, M: 8 },
])('rows by group, $K to $M', ({ K, M }) => {
  test.each([1, 2] as const)('weights contracted over dimension %i', (contract) => {
    const [x, w, y] = [numbers(N * K, 1), numbers(E * K * M, 2), nothing(N * M)]
    const kernel = groupedRows({ N, E, K, M, contract, result: 'f32', tile })
    runKernel(kernel.ir, kernel.programs, [x, w, tilesOf(tile.rows), y])
    expect(y).toEqual(product(x, w, K, M, contract))
  })

  test('rows picked by an index', () => {
    const [x, w, y] = [numbers(7 * K, 1), numbers(E * K * M, 2), nothing(N * M)]
    const index = Array.from({ length: N }, (_, n) => (n * 5) % 7)
    const kernel = groupedRows({ N, E, K, M, contract: 2, gather: 7, result: 'f32', tile })
    runKernel(kernel.ir, kernel.programs, [x, w, tilesOf(tile.rows), index, y])
    const picked = index.flatMap((row) => x.slice(row * K, (row + 1) * K))
    expect(y).toEqual(product(picked, w, K, M, 2))
  })

  test.each([{}, { x: 7 }, { y: 9 }, { x: 7, y: 9 }])(
    'outer products, rows picked by an index: $x, $y',
    (gather) => {
      const [x, y, out] = [
        numbers((gather.x ?? N) * K, 1),
        numbers((gather.y ?? N) * M, 2),
        nothing(E * K * M),
      ]
      const [xIndex, yIndex] = [gather.x, gather.y].map((rows, i) =>
        Array.from({ length: N }, (_, n) => (rows ? (n * (5 - i)) % rows : n)),
      ) as [number[], number[]]
      const indices = [...(gather.x ? [xIndex] : []), ...(gather.y ? [yIndex] : [])]
      const kernel = groupedOuterKernel({ E, K, M, result: 'f32', gather, tile })
      runKernel(kernel.ir, kernel.programs, [x, y, groups, ...indices, out])
      const sums = Array<number>(E * K * M).fill(0)
      for (let n = 0; n < N; n++)
        for (let i = 0; i < K * M; i++)
          sums[groupOf[n]! * K * M + i]! +=
            x[xIndex[n]! * K + Math.floor(i / M)]! * y[yIndex[n]! * M + (i % M)]!
      expect(out).toEqual(sums)
    },
  )
})

function product(
  x: readonly number[],
  w: readonly number[],
  K: number,
  M: number,
  contract: 1 | 2,
): number[] {
  return Array.from({ length: N * M }, (_, i) => {
    const [n, m] = [Math.floor(i / M), i % M]
    const group = groupOf[n]! * K * M
    let sum = 0
    for (let k = 0; k < K; k++) sum += x[n * K + k]! * w[group + (contract === 2 ? m * K + k : k * M + m)]!
    return sum
  })
}

test('another group’s infinities do not reach an outer product', () => {
  const x = numbers(N * 8, 1).fill(Number.POSITIVE_INFINITY, 0, 5 * 8)
  const kernel = groupedOuterKernel({ E, K: 8, M: 8, result: 'f32', tile })
  const out = nothing(E * 64)
  runKernel(kernel.ir, kernel.programs, [x, numbers(N * 8, 2), groups, out])
  expect(out.slice(2 * 64).every(Number.isFinite)).toBe(true)
})

test('the kernel’s text', () => {
  const size = { N: 16, E: 1, K: 16, M: 16, contract: 2, result: 'bf16', tile } as const
  expect(groupedRows(size).ir).toMatchInlineSnapshot(`
    "module {
      tt.func public @grouped_rows_2_16x16x16(%x: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %w: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %tiles: !tt.ptr<i32> {tt.divisibility = 16 : i32}, %y: !tt.ptr<bf16> {tt.divisibility = 16 : i32}) {
        %0 = tt.get_program_id x : i32
        %1 = arith.constant 2 : i32
        %2 = arith.divsi %0, %1 : i32
        %3 = arith.constant 2 : i32
        %4 = arith.muli %2, %3 : i32
        %5 = arith.constant 2 : i32
        %6 = arith.subi %5, %4 : i32
        %7 = arith.constant 2 : i32
        %8 = arith.minsi %6, %7 : i32
        %9 = arith.constant 2 : i32
        %10 = arith.remsi %0, %9 : i32
        %11 = arith.remsi %10, %8 : i32
        %12 = arith.addi %4, %11 : i32
        %13 = arith.divsi %10, %8 : i32
        %14 = tt.addptr %tiles, %12 : !tt.ptr<i32>, i32
        %15 = tt.load %14 : !tt.ptr<i32>
        %16 = arith.constant 2 : i32
        %17 = arith.addi %12, %16 : i32
        %18 = tt.addptr %tiles, %17 : !tt.ptr<i32>, i32
        %19 = tt.load %18 : !tt.ptr<i32>
        %20 = arith.constant 4 : i32
        %21 = arith.addi %12, %20 : i32
        %22 = tt.addptr %tiles, %21 : !tt.ptr<i32>, i32
        %23 = tt.load %22 : !tt.ptr<i32>
        %24 = arith.cmpi slt, %19, %23 : i32
        scf.if %24 {
          %25 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
          %26 = arith.constant 16 : i32
          %27 = arith.muli %13, %26 : i32
          %28 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
          %29 = tt.splat %27 : i32 -> tensor<16xi32>
          %30 = arith.addi %29, %28 : tensor<16xi32>
          %31 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
          %32 = arith.constant 15 : i32
          %33 = arith.subi %32, %19 : i32
          %34 = tt.splat %33 : i32 -> tensor<16xi32>
          %35 = arith.minsi %25, %34 : tensor<16xi32>
          %36 = arith.extsi %19 : i32 to i64
          %37 = arith.constant 16 : i64
          %38 = arith.muli %36, %37 : i64
          %39 = tt.addptr %x, %38 : !tt.ptr<bf16>, i64
          %40 = tt.expand_dims %35 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
          %41 = arith.constant 16 : i32
          %42 = tt.splat %41 : i32 -> tensor<16x1xi32>
          %43 = arith.muli %40, %42 : tensor<16x1xi32>
          %44 = tt.splat %39 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
          %45 = tt.addptr %44, %43 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
          %46 = tt.expand_dims %31 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
          %47 = tt.broadcast %45 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
          %48 = tt.broadcast %46 : tensor<1x16xi32> -> tensor<16x16xi32>
          %49 = tt.addptr %47, %48 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          %50 = arith.extsi %15 : i32 to i64
          %51 = arith.constant 256 : i64
          %52 = arith.muli %50, %51 : i64
          %53 = tt.addptr %w, %52 : !tt.ptr<bf16>, i64
          %54 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
          %55 = arith.constant 16 : i32
          %56 = tt.splat %55 : i32 -> tensor<1x16xi32>
          %57 = arith.muli %54, %56 : tensor<1x16xi32>
          %58 = tt.splat %53 : !tt.ptr<bf16> -> tensor<1x16x!tt.ptr<bf16>>
          %59 = tt.addptr %58, %57 : tensor<1x16x!tt.ptr<bf16>>, tensor<1x16xi32>
          %60 = tt.expand_dims %31 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
          %61 = tt.broadcast %59 : tensor<1x16x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
          %62 = tt.broadcast %60 : tensor<16x1xi32> -> tensor<16x16xi32>
          %63 = tt.addptr %61, %62 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          %64 = arith.constant 0.0 : f32
          %65 = tt.splat %64 : f32 -> tensor<16x16xf32>
          %66 = arith.constant 0 : i32
          %67 = arith.constant 1 : i32
          %68 = arith.constant 1 : i32
          %73:3 = scf.for %69 = %66 to %67 step %68 iter_args(%70 = %49, %71 = %63, %72 = %65) -> (tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>) : i32 {
            %74 = tt.load %70 : tensor<16x16x!tt.ptr<bf16>>
            %75 = tt.load %71 : tensor<16x16x!tt.ptr<bf16>>
            %76 = tt.dot %74, %75, %72, inputPrecision = tf32 : tensor<16x16xbf16> * tensor<16x16xbf16> -> tensor<16x16xf32>
            %77 = arith.constant 16 : i32
            %78 = tt.splat %77 : i32 -> tensor<16x16xi32>
            %79 = tt.addptr %70, %78 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
            %80 = arith.constant 16 : i32
            %81 = tt.splat %80 : i32 -> tensor<16x16xi32>
            %82 = tt.addptr %71, %81 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
            scf.yield %79, %82, %76 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>
          }
          %83 = arith.extsi %19 : i32 to i64
          %84 = arith.constant 16 : i64
          %85 = arith.muli %83, %84 : i64
          %86 = tt.addptr %y, %85 : !tt.ptr<bf16>, i64
          %87 = tt.expand_dims %25 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
          %88 = arith.constant 16 : i32
          %89 = tt.splat %88 : i32 -> tensor<16x1xi32>
          %90 = arith.muli %87, %89 : tensor<16x1xi32>
          %91 = tt.splat %86 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
          %92 = tt.addptr %91, %90 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
          %93 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
          %94 = tt.broadcast %92 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
          %95 = tt.broadcast %93 : tensor<1x16xi32> -> tensor<16x16xi32>
          %96 = tt.addptr %94, %95 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          %97 = arith.subi %23, %19 : i32
          %98 = tt.splat %97 : i32 -> tensor<16xi32>
          %99 = arith.cmpi slt, %25, %98 : tensor<16xi32>
          %100 = tt.expand_dims %99 {axis = 1 : i32} : tensor<16xi1> -> tensor<16x1xi1>
          %101 = arith.truncf %73#2 : tensor<16x16xf32> to tensor<16x16xbf16>
          %102 = tt.broadcast %100 : tensor<16x1xi1> -> tensor<16x16xi1>
          tt.store %96, %101, %102 : tensor<16x16x!tt.ptr<bf16>>
        }
        tt.return
      }
    }
    "
  `)
})

const build = (add: (b: Builder) => unknown): string => {
  const b = newBuilder('cuda', null)
  add(b)
  return b.lines.join('\n')
}

test('both spellings of the call', () => {
  const kernel = { name: 'k', ir: 'a "b"\n', programs: 3, warps: 4, stages: 2 }
  const operands: Ssa[] = [
    { name: '%x', dtype: 'bf16', shape: [4, 8] },
    { name: '%s', dtype: 'i32', shape: [2] },
  ]
  const result = { dtype: 'f32', shape: [2, 4, 8] } as const
  expect(build((b) => tritonCall(b, kernel, operands, result, 'typed'))).toMatchInlineSnapshot(
    `"%value0 = stablehlo.custom_call @__gpu$xla.gpu.triton(%x, %s) {api_version = 4 : i32, backend_config = {debug = false, grid_x = 3 : i32, grid_y = 1 : i32, grid_z = 1 : i32, ir = "a \\22b\\22\\0A", name = "k", num_stages = 2 : i32, num_warps = 4 : i32}, operand_layouts = [dense<[1, 0]> : tensor<2xindex>, dense<[0]> : tensor<1xindex>], result_layouts = [dense<[2, 1, 0]> : tensor<3xindex>]} : (tensor<4x8xbf16>, tensor<2xi32>) -> tensor<2x4x8xf32>"`,
  )
  expect(build((b) => tritonCall(b, kernel, operands, result, 'attribute'))).toMatchInlineSnapshot(
    `"%value0 = stablehlo.custom_call @__gpu$xla.gpu.triton(%x, %s) {backend_config = "", mhlo.backend_config = {debug = false, grid_x = 3 : i32, grid_y = 1 : i32, grid_z = 1 : i32, ir = "a \\22b\\22\\0A", name = "k", num_stages = 2 : i32, num_warps = 4 : i32}, operand_layouts = [dense<[1, 0]> : tensor<2xindex>, dense<[0]> : tensor<1xindex>], result_layouts = [dense<[2, 1, 0]> : tensor<3xindex>]} : (tensor<4x8xbf16>, tensor<2xi32>) -> tensor<2x4x8xf32>"`,
  )
})

test('tables of tiles and of starts', () => {
  const given: Ssa = { name: '%sizes', dtype: 'i32', shape: [2] }
  expect(build((b) => sumsBefore(b, given))).toMatchInlineSnapshot(`
    "%value0 = stablehlo.iota dim = 1 : tensor<2x2xi32>
    %value1 = stablehlo.iota dim = 0 : tensor<2x2xi32>
    %value2 = stablehlo.compare LT, %value0, %value1, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value3 = stablehlo.broadcast_in_dim %sizes, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value4 = stablehlo.constant dense<0> : tensor<2x2xi32>
    %value5 = stablehlo.select %value2, %value3, %value4 : tensor<2x2xi1>, tensor<2x2xi32>
    %value6 = stablehlo.constant dense<0> : tensor<i32>
    %value7 = stablehlo.reduce(%value5 init: %value6) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>"
  `)
  expect(build((b) => rowTileTable(b, given, 3, 16))).toMatchInlineSnapshot(`
    "%value0 = stablehlo.constant dense<15> : tensor<2xi32>
    %value1 = stablehlo.add %sizes, %value0 : tensor<2xi32>
    %value2 = stablehlo.constant dense<16> : tensor<2xi32>
    %value3 = stablehlo.divide %value1, %value2 : tensor<2xi32>
    %value4 = stablehlo.iota dim = 1 : tensor<2x2xi32>
    %value5 = stablehlo.iota dim = 0 : tensor<2x2xi32>
    %value6 = stablehlo.compare LT, %value4, %value5, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value7 = stablehlo.broadcast_in_dim %value3, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value8 = stablehlo.constant dense<0> : tensor<2x2xi32>
    %value9 = stablehlo.select %value6, %value7, %value8 : tensor<2x2xi1>, tensor<2x2xi32>
    %value10 = stablehlo.constant dense<0> : tensor<i32>
    %value11 = stablehlo.reduce(%value9 init: %value10) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value12 = stablehlo.iota dim = 1 : tensor<2x2xi32>
    %value13 = stablehlo.iota dim = 0 : tensor<2x2xi32>
    %value14 = stablehlo.compare LT, %value12, %value13, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value15 = stablehlo.broadcast_in_dim %sizes, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value16 = stablehlo.select %value14, %value15, %value8 : tensor<2x2xi1>, tensor<2x2xi32>
    %value17 = stablehlo.reduce(%value16 init: %value10) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value18 = stablehlo.iota dim = 0 : tensor<3x2xi32>
    %value19 = stablehlo.broadcast_in_dim %value11, dims = [1] : (tensor<2xi32>) -> tensor<3x2xi32>
    %value20 = stablehlo.add %value11, %value3 : tensor<2xi32>
    %value21 = stablehlo.broadcast_in_dim %value20, dims = [1] : (tensor<2xi32>) -> tensor<3x2xi32>
    %value22 = stablehlo.compare GE, %value18, %value19, SIGNED : (tensor<3x2xi32>, tensor<3x2xi32>) -> tensor<3x2xi1>
    %value23 = stablehlo.compare LT, %value18, %value21, SIGNED : (tensor<3x2xi32>, tensor<3x2xi32>) -> tensor<3x2xi1>
    %value24 = stablehlo.and %value22, %value23 : tensor<3x2xi1>
    %value25 = stablehlo.constant dense<16> : tensor<3x2xi32>
    %value26 = stablehlo.subtract %value18, %value19 : tensor<3x2xi32>
    %value27 = stablehlo.multiply %value26, %value25 : tensor<3x2xi32>
    %value28 = stablehlo.broadcast_in_dim %value17, dims = [1] : (tensor<2xi32>) -> tensor<3x2xi32>
    %value29 = stablehlo.add %value28, %value27 : tensor<3x2xi32>
    %value30 = stablehlo.add %value29, %value25 : tensor<3x2xi32>
    %value31 = stablehlo.add %value17, %sizes : tensor<2xi32>
    %value32 = stablehlo.broadcast_in_dim %value31, dims = [1] : (tensor<2xi32>) -> tensor<3x2xi32>
    %value33 = stablehlo.minimum %value30, %value32 : tensor<3x2xi32>
    %value34 = stablehlo.iota dim = 1 : tensor<3x2xi32>
    %value35 = stablehlo.constant dense<0> : tensor<3x2xi32>
    %value36 = stablehlo.select %value24, %value34, %value35 : tensor<3x2xi1>, tensor<3x2xi32>
    %value37 = stablehlo.reduce(%value36 init: %value10) applies stablehlo.add across dimensions = [1] : (tensor<3x2xi32>, tensor<i32>) -> tensor<3xi32>
    %value38 = stablehlo.reshape %value37 : (tensor<3xi32>) -> tensor<1x3xi32>
    %value39 = stablehlo.select %value24, %value29, %value35 : tensor<3x2xi1>, tensor<3x2xi32>
    %value40 = stablehlo.reduce(%value39 init: %value10) applies stablehlo.add across dimensions = [1] : (tensor<3x2xi32>, tensor<i32>) -> tensor<3xi32>
    %value41 = stablehlo.reshape %value40 : (tensor<3xi32>) -> tensor<1x3xi32>
    %value42 = stablehlo.select %value24, %value33, %value35 : tensor<3x2xi1>, tensor<3x2xi32>
    %value43 = stablehlo.reduce(%value42 init: %value10) applies stablehlo.add across dimensions = [1] : (tensor<3x2xi32>, tensor<i32>) -> tensor<3xi32>
    %value44 = stablehlo.reshape %value43 : (tensor<3xi32>) -> tensor<1x3xi32>
    %value45 = stablehlo.concatenate %value38, %value41, %value44, dim = 0 : (tensor<1x3xi32>, tensor<1x3xi32>, tensor<1x3xi32>) -> tensor<3x3xi32>"
  `)
  expect(build((b) => groupTable(b, given))).toMatchInlineSnapshot(`
    "%value0 = stablehlo.iota dim = 0 : tensor<2x2xi32>
    %value1 = stablehlo.iota dim = 1 : tensor<2x2xi32>
    %value2 = stablehlo.broadcast_in_dim %sizes, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value3 = stablehlo.broadcast_in_dim %sizes, dims = [0] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value4 = stablehlo.compare GT, %value2, %value3, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value5 = stablehlo.compare EQ, %value2, %value3, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value6 = stablehlo.compare LT, %value1, %value0, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value7 = stablehlo.and %value5, %value6 : tensor<2x2xi1>
    %value8 = stablehlo.or %value4, %value7 : tensor<2x2xi1>
    %value9 = stablehlo.constant dense<1> : tensor<2x2xi32>
    %value10 = stablehlo.constant dense<0> : tensor<2x2xi32>
    %value11 = stablehlo.select %value8, %value9, %value10 : tensor<2x2xi1>, tensor<2x2xi32>
    %value12 = stablehlo.constant dense<0> : tensor<i32>
    %value13 = stablehlo.reduce(%value11 init: %value12) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value14 = stablehlo.broadcast_in_dim %value13, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value15 = stablehlo.compare EQ, %value14, %value0, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value16 = stablehlo.iota dim = 1 : tensor<2x2xi32>
    %value17 = stablehlo.iota dim = 0 : tensor<2x2xi32>
    %value18 = stablehlo.compare LT, %value16, %value17, SIGNED : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
    %value19 = stablehlo.broadcast_in_dim %sizes, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value20 = stablehlo.select %value18, %value19, %value10 : tensor<2x2xi1>, tensor<2x2xi32>
    %value21 = stablehlo.reduce(%value20 init: %value12) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value22 = stablehlo.broadcast_in_dim %value21, dims = [1] : (tensor<2xi32>) -> tensor<2x2xi32>
    %value23 = stablehlo.select %value15, %value1, %value10 : tensor<2x2xi1>, tensor<2x2xi32>
    %value24 = stablehlo.reduce(%value23 init: %value12) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value25 = stablehlo.reshape %value24 : (tensor<2xi32>) -> tensor<1x2xi32>
    %value26 = stablehlo.select %value15, %value22, %value10 : tensor<2x2xi1>, tensor<2x2xi32>
    %value27 = stablehlo.reduce(%value26 init: %value12) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value28 = stablehlo.reshape %value27 : (tensor<2xi32>) -> tensor<1x2xi32>
    %value29 = stablehlo.select %value15, %value2, %value10 : tensor<2x2xi1>, tensor<2x2xi32>
    %value30 = stablehlo.reduce(%value29 init: %value12) applies stablehlo.add across dimensions = [1] : (tensor<2x2xi32>, tensor<i32>) -> tensor<2xi32>
    %value31 = stablehlo.reshape %value30 : (tensor<2xi32>) -> tensor<1x2xi32>
    %value32 = stablehlo.concatenate %value25, %value28, %value31, dim = 0 : (tensor<1x2xi32>, tensor<1x2xi32>, tensor<1x2xi32>) -> tensor<3x2xi32>"
  `)
})

test.each([
  { platform: 'cuda', dtype: 'bf16', K: 64, calls: ['grouped_rows_2', 'grouped_rows_1', 'grouped_outer'] },
  { platform: 'cuda', dtype: 'f32', K: 64, calls: [] },
  { platform: 'cuda', dtype: 'bf16', K: 72, calls: [] },
  { platform: 'cpu', dtype: 'bf16', K: 64, calls: [] },
] as const)('$platform, $dtype, width $K: kernels $calls', ({ platform, dtype, K, calls }) => {
  const inputs = [[256, K] as const, [4, 128, K] as const].map((shape) => ({ dtype: dtype as DType, shape }))
  const program = trace('step', [...inputs, { dtype: 'i32', shape: [4] }], (x, w, sizes) => {
    const y = groupedLinear(x!, w!, sizes!)
    return [y, ...grad(sum(convert(y, 'f32')), [x!, w!])]
  })
  const text = lowerToStableHlo(program, { platform })
  const called = [...text.matchAll(/name = "(grouped_[a-z]+(?:_[12])?)_/g)].map(([, name]) => name)
  expect(called.sort()).toEqual([...calls].sort())
})

test('operands gathered by row are read through their index', () => {
  const inputs = [
    { dtype: 'bf16', shape: [100, 64] },
    { dtype: 'i32', shape: [256] },
    { dtype: 'bf16', shape: [4, 128, 64] },
    { dtype: 'i32', shape: [4] },
  ] as const
  const program = trace('step', inputs, (x, token, w, sizes) => {
    const y = groupedLinear(gather(x!, token!), w!, sizes!)
    const g = gather(y, token!)
    return [y, groupedOuter(g, gather(x!, token!), sizes!), groupedOuter(y, gather(x!, token!), sizes!)]
  })
  const text = lowerToStableHlo(program, { platform: 'cuda' })
  const called = [...text.matchAll(/name = "(grouped_[a-z_12]+)_\d+x.* : \((.*)\) -> /g)].map((match) => [
    match[1],
    match[2],
  ])
  expect(called).toMatchInlineSnapshot(`
    [
      [
        "grouped_rows_2_gather",
        "tensor<100x64xbf16>, tensor<4x128x64xbf16>, tensor<3x6xi32>, tensor<256xi32>",
      ],
      [
        "grouped_outer_gather_xy",
        "tensor<256x128xbf16>, tensor<100x64xbf16>, tensor<3x4xi32>, tensor<256xi32>, tensor<256xi32>",
      ],
      [
        "grouped_outer_gather_y",
        "tensor<256x128xbf16>, tensor<100x64xbf16>, tensor<3x4xi32>, tensor<256xi32>",
      ],
    ]
  `)
})
