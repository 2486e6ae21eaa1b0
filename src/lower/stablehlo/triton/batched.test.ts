import { describe, expect, test } from 'vitest'
import { newtonSchulz } from '../../../optim/newton-schulz.ts'
import { optimize } from '../../../tensor/passes/optimize.ts'
import { trace } from '../../../tensor/trace.ts'
import { keptKernels } from '../kernels/kept-kernels.ts'
import { lowerToStableHlo } from '../module.ts'
import { batchedGram, upperTiles } from './batched-gram.ts'
import { batchedProductSum } from './batched-product-sum.ts'
import { gramTile, productTileOf } from './batched-tiles.ts'
import { runKernel } from './run-kernel.fixture.ts'
import type { LaunchedKernel } from './tile.ts'

const S = 2
const tile = { rows: 16, columns: 16, depth: 16, warps: 4, stages: 3, band: 2 }

/** Small whole numbers, of which sums are exact in any order. */
const numbers = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 7 + seed * 13 + (i >> 3)) % 11) - 5)
const nothing = (length: number): number[] => Array<number>(length).fill(Number.NaN)

/** Numbers of the interpreter are doubles, for which arithmetic of floats is that of integers. */
const run = ({ ir, programs }: LaunchedKernel, arrays: number[][]): void =>
  runKernel(
    ir.replace(/arith\.(add|mul)f/g, 'arith.$1i').replace('arith.extf', 'arith.extsi'),
    programs,
    arrays,
  )

/** The elements of a stack [S, rows, columns], by their indices. */
const stack = (rows: number, columns: number, at: (s: number, i: number, j: number) => number): number[] =>
  Array.from({ length: S * rows * columns }, (_, n) =>
    at(Math.floor(n / (rows * columns)), Math.floor(n / columns) % rows, n % columns),
  )
const sumOver = (length: number, at: (k: number) => number): number =>
  Array.from({ length }, (_, k) => at(k)).reduce((sum, x) => sum + x, 0)

describe.each([
  { N: 16, M: 32 },
  { N: 32, M: 16 },
  { N: 48, M: 24 },
  { N: 40, M: 56 },
  { N: 72, M: 8 },
])('symmetric product of $N × $M', ({ N, M }) => {
  test.each([
    { of: 'rows', adds: false },
    { of: 'rows', adds: true },
    { of: 'columns', adds: false },
    { of: 'columns', adds: true },
  ] as const)('of $of, adds: $adds', ({ of, adds }) => {
    const [side, depth] = of === 'rows' ? [N, M] : [M, N]
    const x = numbers(S * N * M, 1)
    const c = stack(side, side, (s, i, j) => ((i * j + s) % 7) - 3)
    const scale = [2, -3]
    const y = nothing(S * side * side)
    run(batchedGram({ S, N, M, of, adds, tile }), [x, scale, ...(adds ? [c] : []), y])
    const at = (s: number, i: number, k: number): number =>
      x[s * N * M + (of === 'rows' ? i * M + k : k * M + i)]!
    const wanted = stack(
      side,
      side,
      (s, i, j) =>
        scale[s]! * sumOver(depth, (k) => at(s, i, k) * at(s, j, k)) +
        (adds ? c[(s * side + i) * side + j]! : 0),
    )
    expect(y).toEqual(wanted)
  })
})

test.each([1, 2, 3, 4, 5, 6, 16])('a triangle of %i tiles a side has as many programs', (tiles) => {
  const side = tiles * 16
  const y = nothing(side * side)
  const kernel = batchedGram({ S: 1, N: side, M: 16, of: 'rows', adds: false, tile })
  expect(kernel.programs).toBe(upperTiles(tiles))
  run(kernel, [Array<number>(side * 16).fill(1), [1], y])
  expect(y.every((value) => value === 16)).toBe(true)
})

test('only square tiles are mirrored', () => {
  const wide = { ...tile, columns: 32 }
  expect(() => batchedGram({ S, N: 32, M: 32, of: 'rows', adds: false, tile: wide })).toThrow('square')
})

test.each([
  { N: 16, K: 16, M: 32 },
  { N: 40, K: 24, M: 56 },
  { N: 24, K: 72, M: 8 },
])('product and sum, $N × $K × $M', ({ N, K, M }) => {
  const [x, y, c, z] = [
    numbers(S * N * K, 1),
    numbers(S * K * M, 2),
    numbers(S * N * M, 3),
    nothing(S * N * M),
  ]
  const wide = { ...tile, columns: 32 }
  run(batchedProductSum({ S, N, K, M, scale: -0.25, tile: wide }), [x, y, c, z])
  const wanted = stack(
    N,
    M,
    (s, i, j) =>
      -0.25 * sumOver(K, (k) => x[(s * N + i) * K + k]! * y[(s * K + k) * M + j]!) + c[(s * N + i) * M + j]!,
  )
  expect(z).toEqual(wanted)
})

test('tiles are large where there is work for every multiprocessor', () => {
  const sizes = [
    gramTile(64, 512),
    gramTile(16, 320),
    productTileOf(64, 512, 1024),
    productTileOf(16, 320, 512),
  ]
  expect(sizes.map(({ rows, columns }) => [rows, columns])).toEqual([
    [128, 128],
    [64, 64],
    [128, 256],
    [128, 128],
  ])
})

test('the text of a symmetric product with a sum', () => {
  const { name, ir } = batchedGram({ S, N: 48, M: 32, of: 'columns', adds: true, tile })
  expect(`${name}\n${ir}`).toMatchInlineSnapshot(`
    "batched_gram_columns_sum_16x16
    module {
      tt.func public @batched_gram_columns_sum_16x16(%x: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %scale: !tt.ptr<f32> {tt.divisibility = 16 : i32}, %c: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %y: !tt.ptr<bf16> {tt.divisibility = 16 : i32}) {
        %0 = tt.get_program_id x : i32
        %1 = arith.constant 3 : i32
        %2 = arith.divsi %0, %1 : i32
        %3 = arith.constant 3 : i32
        %4 = arith.remsi %0, %3 : i32
        %5 = arith.constant 3 : i32
        %6 = arith.divsi %4, %5 : i32
        %7 = arith.constant 3 : i32
        %8 = arith.remsi %4, %7 : i32
        %9 = arith.constant 2 : i32
        %10 = arith.subi %9, %6 : i32
        %11 = arith.divsi %8, %10 : i32
        %12 = arith.constant 2 : i32
        %13 = arith.muli %6, %12 : i32
        %14 = arith.constant 1 : i32
        %15 = arith.subi %14, %13 : i32
        %16 = arith.muli %11, %15 : i32
        %17 = arith.addi %6, %16 : i32
        %18 = arith.addi %17, %8 : i32
        %19 = arith.muli %11, %10 : i32
        %20 = arith.subi %18, %19 : i32
        %21 = arith.constant 16 : i32
        %22 = arith.muli %17, %21 : i32
        %23 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %24 = tt.splat %22 : i32 -> tensor<16xi32>
        %25 = arith.addi %24, %23 : tensor<16xi32>
        %26 = arith.constant 16 : i32
        %27 = arith.muli %20, %26 : i32
        %28 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %29 = tt.splat %27 : i32 -> tensor<16xi32>
        %30 = arith.addi %29, %28 : tensor<16xi32>
        %31 = arith.extsi %2 : i32 to i64
        %32 = arith.constant 1536 : i64
        %33 = arith.muli %31, %32 : i64
        %34 = tt.addptr %x, %33 : !tt.ptr<bf16>, i64
        %35 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %36 = tt.expand_dims %35 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %37 = arith.constant 32 : i32
        %38 = tt.splat %37 : i32 -> tensor<1x16xi32>
        %39 = arith.muli %36, %38 : tensor<1x16xi32>
        %40 = tt.splat %34 : !tt.ptr<bf16> -> tensor<1x16x!tt.ptr<bf16>>
        %41 = tt.addptr %40, %39 : tensor<1x16x!tt.ptr<bf16>>, tensor<1x16xi32>
        %42 = tt.expand_dims %25 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %43 = tt.broadcast %41 : tensor<1x16x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %44 = tt.broadcast %42 : tensor<16x1xi32> -> tensor<16x16xi32>
        %45 = tt.addptr %43, %44 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %46 = tt.expand_dims %35 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %47 = arith.constant 32 : i32
        %48 = tt.splat %47 : i32 -> tensor<16x1xi32>
        %49 = arith.muli %46, %48 : tensor<16x1xi32>
        %50 = tt.splat %34 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %51 = tt.addptr %50, %49 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %52 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %53 = tt.broadcast %51 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %54 = tt.broadcast %52 : tensor<1x16xi32> -> tensor<16x16xi32>
        %55 = tt.addptr %53, %54 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %56 = arith.constant 0.0 : f32
        %57 = tt.splat %56 : f32 -> tensor<16x16xf32>
        %58 = arith.constant 0 : i32
        %59 = arith.constant 3 : i32
        %60 = arith.constant 1 : i32
        %65:3 = scf.for %61 = %58 to %59 step %60 iter_args(%62 = %45, %63 = %55, %64 = %57) -> (tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>) : i32 {
          %66 = tt.load %62 : tensor<16x16x!tt.ptr<bf16>>
          %67 = tt.load %63 : tensor<16x16x!tt.ptr<bf16>>
          %68 = tt.dot %66, %67, %64, inputPrecision = tf32 : tensor<16x16xbf16> * tensor<16x16xbf16> -> tensor<16x16xf32>
          %69 = arith.constant 512 : i32
          %70 = tt.splat %69 : i32 -> tensor<16x16xi32>
          %71 = tt.addptr %62, %70 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          %72 = arith.constant 512 : i32
          %73 = tt.splat %72 : i32 -> tensor<16x16xi32>
          %74 = tt.addptr %63, %73 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          scf.yield %71, %74, %68 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>
        }
        %75 = tt.addptr %scale, %2 : !tt.ptr<f32>, i32
        %76 = tt.load %75 : !tt.ptr<f32>
        %factors = tt.splat %76 : f32 -> tensor<16x16xf32>
        %scaled = arith.mulf %65#2, %factors : tensor<16x16xf32>
        %77 = arith.extsi %2 : i32 to i64
        %78 = arith.constant 1024 : i64
        %79 = arith.muli %77, %78 : i64
        %80 = tt.addptr %c, %79 : !tt.ptr<bf16>, i64
        %81 = tt.expand_dims %25 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %82 = arith.constant 32 : i32
        %83 = tt.splat %82 : i32 -> tensor<16x1xi32>
        %84 = arith.muli %81, %83 : tensor<16x1xi32>
        %85 = tt.splat %80 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %86 = tt.addptr %85, %84 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %87 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %88 = tt.broadcast %86 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %89 = tt.broadcast %87 : tensor<1x16xi32> -> tensor<16x16xi32>
        %90 = tt.addptr %88, %89 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %91 = tt.load %90 : tensor<16x16x!tt.ptr<bf16>>
        %wide = arith.extf %91 : tensor<16x16xbf16> to tensor<16x16xf32>
        %plus = arith.addf %scaled, %wide : tensor<16x16xf32>
        %92 = arith.truncf %plus : tensor<16x16xf32> to tensor<16x16xbf16>
        %93 = arith.extsi %2 : i32 to i64
        %94 = arith.constant 1024 : i64
        %95 = arith.muli %93, %94 : i64
        %96 = tt.addptr %y, %95 : !tt.ptr<bf16>, i64
        %97 = tt.expand_dims %25 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %98 = arith.constant 32 : i32
        %99 = tt.splat %98 : i32 -> tensor<16x1xi32>
        %100 = arith.muli %97, %99 : tensor<16x1xi32>
        %101 = tt.splat %96 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %102 = tt.addptr %101, %100 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %103 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %104 = tt.broadcast %102 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %105 = tt.broadcast %103 : tensor<1x16xi32> -> tensor<16x16xi32>
        %106 = tt.addptr %104, %105 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        tt.store %106, %92 : tensor<16x16x!tt.ptr<bf16>>
        %107 = arith.cmpi slt, %17, %20 : i32
        scf.if %107 {
          %108 = arith.extsi %2 : i32 to i64
          %109 = arith.constant 1024 : i64
          %110 = arith.muli %108, %109 : i64
          %111 = tt.addptr %y, %110 : !tt.ptr<bf16>, i64
          %112 = tt.expand_dims %30 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
          %113 = arith.constant 32 : i32
          %114 = tt.splat %113 : i32 -> tensor<1x16xi32>
          %115 = arith.muli %112, %114 : tensor<1x16xi32>
          %116 = tt.splat %111 : !tt.ptr<bf16> -> tensor<1x16x!tt.ptr<bf16>>
          %117 = tt.addptr %116, %115 : tensor<1x16x!tt.ptr<bf16>>, tensor<1x16xi32>
          %118 = tt.expand_dims %25 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
          %119 = tt.broadcast %117 : tensor<1x16x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
          %120 = tt.broadcast %118 : tensor<16x1xi32> -> tensor<16x16xi32>
          %121 = tt.addptr %119, %120 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          tt.store %121, %92 : tensor<16x16x!tt.ptr<bf16>>
        }
        tt.return
      }
    }
    "
  `)
})

test('the text of a product with a sum', () => {
  const { name, ir } = batchedProductSum({ S, N: 40, K: 32, M: 32, scale: 1 / 3.4445, tile })
  expect(`${name}\n${ir}`).toMatchInlineSnapshot(`
    "batched_product_sum_16x16x16
    module {
      tt.func public @batched_product_sum_16x16x16(%x: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %y: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %c: !tt.ptr<bf16> {tt.divisibility = 16 : i32}, %z: !tt.ptr<bf16> {tt.divisibility = 16 : i32}) {
        %0 = tt.get_program_id x : i32
        %1 = arith.constant 6 : i32
        %2 = arith.divsi %0, %1 : i32
        %3 = arith.constant 6 : i32
        %4 = arith.remsi %0, %3 : i32
        %5 = arith.constant 4 : i32
        %6 = arith.divsi %4, %5 : i32
        %7 = arith.constant 2 : i32
        %8 = arith.muli %6, %7 : i32
        %9 = arith.constant 3 : i32
        %10 = arith.subi %9, %8 : i32
        %11 = arith.constant 2 : i32
        %12 = arith.minsi %10, %11 : i32
        %13 = arith.constant 4 : i32
        %14 = arith.remsi %4, %13 : i32
        %15 = arith.remsi %14, %12 : i32
        %16 = arith.addi %8, %15 : i32
        %17 = arith.divsi %14, %12 : i32
        %18 = arith.constant 16 : i32
        %19 = arith.muli %16, %18 : i32
        %20 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %21 = tt.splat %19 : i32 -> tensor<16xi32>
        %22 = arith.addi %21, %20 : tensor<16xi32>
        %23 = arith.constant 16 : i32
        %24 = arith.muli %17, %23 : i32
        %25 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %26 = tt.splat %24 : i32 -> tensor<16xi32>
        %27 = arith.addi %26, %25 : tensor<16xi32>
        %28 = arith.extsi %2 : i32 to i64
        %29 = arith.constant 1280 : i64
        %30 = arith.muli %28, %29 : i64
        %31 = tt.addptr %x, %30 : !tt.ptr<bf16>, i64
        %32 = arith.extsi %2 : i32 to i64
        %33 = arith.constant 1024 : i64
        %34 = arith.muli %32, %33 : i64
        %35 = tt.addptr %y, %34 : !tt.ptr<bf16>, i64
        %36 = tt.make_range {end = 16 : i32, start = 0 : i32} : tensor<16xi32>
        %37 = arith.constant 39 : i32
        %38 = tt.splat %37 : i32 -> tensor<16xi32>
        %39 = arith.minsi %22, %38 : tensor<16xi32>
        %40 = tt.expand_dims %39 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %41 = arith.constant 32 : i32
        %42 = tt.splat %41 : i32 -> tensor<16x1xi32>
        %43 = arith.muli %40, %42 : tensor<16x1xi32>
        %44 = tt.splat %31 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %45 = tt.addptr %44, %43 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %46 = tt.expand_dims %36 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %47 = tt.broadcast %45 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %48 = tt.broadcast %46 : tensor<1x16xi32> -> tensor<16x16xi32>
        %49 = tt.addptr %47, %48 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %50 = tt.expand_dims %36 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %51 = arith.constant 32 : i32
        %52 = tt.splat %51 : i32 -> tensor<16x1xi32>
        %53 = arith.muli %50, %52 : tensor<16x1xi32>
        %54 = tt.splat %35 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %55 = tt.addptr %54, %53 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %56 = tt.expand_dims %27 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %57 = tt.broadcast %55 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %58 = tt.broadcast %56 : tensor<1x16xi32> -> tensor<16x16xi32>
        %59 = tt.addptr %57, %58 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %60 = arith.constant 0.0 : f32
        %61 = tt.splat %60 : f32 -> tensor<16x16xf32>
        %62 = arith.constant 0 : i32
        %63 = arith.constant 2 : i32
        %64 = arith.constant 1 : i32
        %69:3 = scf.for %65 = %62 to %63 step %64 iter_args(%66 = %49, %67 = %59, %68 = %61) -> (tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>) : i32 {
          %70 = tt.load %66 : tensor<16x16x!tt.ptr<bf16>>
          %71 = tt.load %67 : tensor<16x16x!tt.ptr<bf16>>
          %72 = tt.dot %70, %71, %68, inputPrecision = tf32 : tensor<16x16xbf16> * tensor<16x16xbf16> -> tensor<16x16xf32>
          %73 = arith.constant 16 : i32
          %74 = tt.splat %73 : i32 -> tensor<16x16xi32>
          %75 = tt.addptr %66, %74 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          %76 = arith.constant 512 : i32
          %77 = tt.splat %76 : i32 -> tensor<16x16xi32>
          %78 = tt.addptr %67, %77 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
          scf.yield %75, %78, %72 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xf32>
        }
        %79 = arith.extsi %2 : i32 to i64
        %80 = arith.constant 1280 : i64
        %81 = arith.muli %79, %80 : i64
        %82 = tt.addptr %c, %81 : !tt.ptr<bf16>, i64
        %83 = arith.constant 40 : i32
        %84 = tt.splat %83 : i32 -> tensor<16xi32>
        %85 = arith.cmpi slt, %22, %84 : tensor<16xi32>
        %86 = tt.expand_dims %85 {axis = 1 : i32} : tensor<16xi1> -> tensor<16x1xi1>
        %87 = tt.expand_dims %22 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %88 = arith.constant 32 : i32
        %89 = tt.splat %88 : i32 -> tensor<16x1xi32>
        %90 = arith.muli %87, %89 : tensor<16x1xi32>
        %91 = tt.splat %82 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %92 = tt.addptr %91, %90 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %93 = tt.expand_dims %27 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %94 = tt.broadcast %92 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %95 = tt.broadcast %93 : tensor<1x16xi32> -> tensor<16x16xi32>
        %96 = tt.addptr %94, %95 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %97 = arith.extsi %2 : i32 to i64
        %98 = arith.constant 1280 : i64
        %99 = arith.muli %97, %98 : i64
        %100 = tt.addptr %z, %99 : !tt.ptr<bf16>, i64
        %101 = arith.constant 40 : i32
        %102 = tt.splat %101 : i32 -> tensor<16xi32>
        %103 = arith.cmpi slt, %22, %102 : tensor<16xi32>
        %104 = tt.expand_dims %103 {axis = 1 : i32} : tensor<16xi1> -> tensor<16x1xi1>
        %105 = tt.expand_dims %22 {axis = 1 : i32} : tensor<16xi32> -> tensor<16x1xi32>
        %106 = arith.constant 32 : i32
        %107 = tt.splat %106 : i32 -> tensor<16x1xi32>
        %108 = arith.muli %105, %107 : tensor<16x1xi32>
        %109 = tt.splat %100 : !tt.ptr<bf16> -> tensor<16x1x!tt.ptr<bf16>>
        %110 = tt.addptr %109, %108 : tensor<16x1x!tt.ptr<bf16>>, tensor<16x1xi32>
        %111 = tt.expand_dims %27 {axis = 0 : i32} : tensor<16xi32> -> tensor<1x16xi32>
        %112 = tt.broadcast %110 : tensor<16x1x!tt.ptr<bf16>> -> tensor<16x16x!tt.ptr<bf16>>
        %113 = tt.broadcast %111 : tensor<1x16xi32> -> tensor<16x16xi32>
        %114 = tt.addptr %112, %113 : tensor<16x16x!tt.ptr<bf16>>, tensor<16x16xi32>
        %factor = arith.constant 2.903178981e-1 : f32
        %factors = tt.splat %factor : f32 -> tensor<16x16xf32>
        %scaled = arith.mulf %69#2, %factors : tensor<16x16xf32>
        %115 = tt.broadcast %86 : tensor<16x1xi1> -> tensor<16x16xi1>
        %116 = arith.constant 0.0 : bf16
        %117 = tt.splat %116 : bf16 -> tensor<16x16xbf16>
        %118 = tt.load %96, %115, %117 : tensor<16x16x!tt.ptr<bf16>>
        %wide = arith.extf %118 : tensor<16x16xbf16> to tensor<16x16xf32>
        %plus = arith.addf %scaled, %wide : tensor<16x16xf32>
        %119 = arith.truncf %plus : tensor<16x16xf32> to tensor<16x16xbf16>
        %120 = tt.broadcast %104 : tensor<16x1xi1> -> tensor<16x16xi1>
        tt.store %114, %119, %120 : tensor<16x16x!tt.ptr<bf16>>
        tt.return
      }
    }
    "
  `)
})

describe('Newton–Schulz by kernels', () => {
  const calls = (shape: readonly number[], dtype: 'bf16' | 'f32', platform: 'cuda' | 'cpu'): string[] => {
    const program = trace('step', [{ dtype: 'f32', shape }], (x) => [newtonSchulz(x!, 1, 1, dtype)])
    const text = lowerToStableHlo(optimize(program, keptKernels), { platform })
    return [...text.matchAll(/name = "(batched_\w+)".* : (\(.*\) -> \S+)/g)].map(
      ([, name, types]) => `${name} ${types!.replaceAll('tensor', '')}`,
    )
  }

  test('wide matrices', () => {
    expect(calls([64, 512, 1024], 'bf16', 'cuda')).toMatchInlineSnapshot(`
      [
        "batched_gram_rows_128x64 (<64x512x1024xbf16>, <64x1x1xf32>) -> <64x512x512xbf16>",
        "batched_gram_rows_sum_128x64 (<64x512x512xbf16>, <64x1x1xf32>, <64x512x512xbf16>) -> <64x512x512xbf16>",
        "batched_product_sum_128x256x64 (<64x512x512xbf16>, <64x512x1024xbf16>, <64x512x1024xbf16>) -> <64x512x1024xbf16>",
      ]
    `)
  })
  test('tall matrices', () => {
    expect(calls([4, 1024, 520], 'bf16', 'cuda')).toMatchInlineSnapshot(`
      [
        "batched_gram_columns_64x64 (<4x1024x520xbf16>, <4x1x1xf32>) -> <4x520x520xbf16>",
        "batched_gram_rows_sum_64x64 (<4x520x520xbf16>, <4x1x1xf32>, <4x520x520xbf16>) -> <4x520x520xbf16>",
        "batched_product_sum_128x128x64 (<4x1024x520xbf16>, <4x520x520xbf16>, <4x1024x520xbf16>) -> <4x1024x520xbf16>",
      ]
    `)
  })
  test.each([
    { shape: [15, 64, 1024], dtype: 'bf16', platform: 'cuda' },
    { shape: [16, 130, 1024], dtype: 'bf16', platform: 'cuda' },
    { shape: [64, 512, 1024], dtype: 'f32', platform: 'cuda' },
    { shape: [64, 512, 1024], dtype: 'bf16', platform: 'cpu' },
  ] as const)('none for $shape $dtype, $platform', ({ shape, dtype, platform }) => {
    expect(calls(shape, dtype, platform)).toEqual([])
  })
})
