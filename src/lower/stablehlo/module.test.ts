import { describe, expect, test } from 'vitest'
import { linear } from '../../tensor/ops/contraction.ts'
import { add, convert, mul } from '../../tensor/ops/elementwise.ts'
import { softmax } from '../../tensor/ops/fused.ts'
import { scatterAdd } from '../../tensor/ops/indexing.ts'
import { constant, scalar } from '../../tensor/ops/leaf.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { reshape } from '../../tensor/ops/shape.ts'
import { opDefs } from '../../tensor/ops/table.ts'
import type { OpName } from '../../tensor/program.ts'
import { type Tensor, trace, withLoc } from '../../tensor/trace.ts'
import type { Type } from '../../tensor/types.ts'
import { goldenProgram, mesh, typed } from './golden-programs.fixture.ts'
import { withoutLocations } from './location.ts'
import { lowerToStableHlo } from './module.ts'

/** The lines of the body, without the lines of sources. */
const body = (inputs: readonly Type[], build: (...x: Tensor[]) => readonly Tensor[]): string =>
  withoutLocations(lowerToStableHlo(trace('test', inputs, build)))
    .split('\n')
    .slice(2, -4)
    .map((line) => line.trim())
    .join('\n')

describe('the text of every op', () => {
  test.each(Object.keys(opDefs) as OpName[])('%s', async (op) => {
    const { program, layout } = goldenProgram(op)
    const text = lowerToStableHlo(program, layout === undefined ? {} : { layout })
    await expect(withoutLocations(text)).toMatchFileSnapshot(`golden/${op}.mlir`)
  })
})

describe('a module', () => {
  test('donates its first arguments and carries the source', () => {
    const program = trace('train step', [typed('f32', 2), typed('f32', 2)], (x, y) =>
      withLoc('mlp.ts:41', () => [add(x!, y!)]),
    )
    expect(lowerToStableHlo(program, { donate: 1 })).toMatchInlineSnapshot(`
      "module @train_step attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
        func.func public @main(%in0: tensor<2xf32> {tf.aliasing_output = 0 : i32}, %in1: tensor<2xf32>) -> (tensor<2xf32>) {
          %add0 = stablehlo.add %in0, %in1 : tensor<2xf32> loc("mlp.ts":41:1)
          return %add0 : tensor<2xf32>
        }
      }
      "
    `)
  })

  test('of several devices has types of the whole outside and of shards inside', () => {
    const program = trace('test', [typed('f32', 4, 2), typed('f32', 2)], (x, y) => [add(x!, y!), sum(y!)])
    const text = lowerToStableHlo(program, {
      layout: {
        mesh: { axes: [...mesh.axes, { name: 'alone', size: 1 }] },
        inputs: [[['data'], ['expert', 'alone']], [['expert']]],
        outputs: [[['data'], ['expert']], []],
      },
    })
    expect(withoutLocations(text)).toMatchInlineSnapshot(`
      "module @test attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
        sdy.mesh @mesh = <["data"=2, "expert"=4]>
        func.func public @main(%in0: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data"}, {"expert"}]>}, %in1: tensor<8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"expert"}]>}) -> (tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data"}, {"expert"}]>}, tensor<f32> {sdy.sharding = #sdy.sharding<@mesh, []>}) {
          %whole:2 = sdy.manual_computation(%in0, %in1) in_shardings=[<@mesh, [{"data"}, {"expert"}]>, <@mesh, [{"expert"}], replicated={"data"}>] out_shardings=[<@mesh, [{"data"}, {"expert"}]>, <@mesh, [], replicated={"data", "expert"}>] manual_axes={"data", "expert"} (%shard0: tensor<4x2xf32>, %shard1: tensor<2xf32>) {
            %broadcast0 = stablehlo.broadcast_in_dim %shard1, dims = [1] : (tensor<2xf32>) -> tensor<4x2xf32>
            %add1 = stablehlo.add %shard0, %broadcast0 : tensor<4x2xf32>
            %reduceSum2 = stablehlo.constant dense<0.0> : tensor<f32>
            %reduceSum3 = stablehlo.reduce(%shard1 init: %reduceSum2) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
            sdy.return %add1, %reduceSum3 : tensor<4x2xf32>, tensor<f32>
          } : (tensor<8x8xf32>, tensor<8xf32>) -> (tensor<8x8xf32>, tensor<f32>)
          return %whole#0, %whole#1 : tensor<8x8xf32>, tensor<f32>
        }
      }
      "
    `)
  })

  test('of one device has no trace of its layout', () => {
    const program = trace('test', [typed('f32', 2)], (x) => [add(x!, x!)])
    const layout = {
      mesh: { axes: [{ name: 'data', size: 1 }] },
      inputs: [[['data']]],
      outputs: [[['data']]],
    }
    expect(lowerToStableHlo(program, { layout })).toBe(lowerToStableHlo(program))
  })

  test('with collectives wants a layout', () => {
    expect(() => lowerToStableHlo(goldenProgram('allReduce').program)).toThrow(
      'the program wants 4 devices along expert and was compiled without a layout',
    )
  })
})

describe('constants', () => {
  test('are splats, lists or blobs', () => {
    const ramp = Float32Array.from({ length: 40 }, (_, i) => i)
    expect(
      body([], () => [
        constant([2, 2, 2], [3]),
        constant([0.1, -0, -Infinity, NaN, 1e-30, 16777216], [2, 3]),
        constant([4294967295, 0], [2], 'u32'),
        constant([], [0, 3]),
        constant(ramp, [40]),
        scalar(-Infinity, 'bf16'),
        scalar(0.1, 'bf16'),
      ]),
    ).toMatchInlineSnapshot(`
      "%constant0 = stablehlo.constant dense<2.0> : tensor<3xf32>
      %constant1 = stablehlo.constant dense<[[0.1, -0.0, 0xFF800000], [0x7FC00000, 1.0e-30, 16777216.0]]> : tensor<2x3xf32>
      %constant2 = stablehlo.constant dense<[4294967295, 0]> : tensor<2xui32>
      %constant3 = stablehlo.constant dense<> : tensor<0x3xf32>
      %constant4 = stablehlo.constant dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041000050410000604100007041000080410000884100009041000098410000A0410000A8410000B0410000B8410000C0410000C8410000D0410000D8410000E0410000E8410000F0410000F84100000042000004420000084200000C4200001042000014420000184200001C42"> : tensor<40xf32>
      %constant5 = stablehlo.constant dense<0xFF80> : tensor<bf16>
      %constant6 = stablehlo.constant dense<0.100097656> : tensor<bf16>"
    `)
  })

  test('a long table of bools is one of bytes', () => {
    const bits = Array.from({ length: 40 }, (_, i) => i % 2)
    expect(body([], () => [constant(bits, [40], 'bool')])).toMatchInlineSnapshot(`
      "%constant0 = stablehlo.constant dense<"0x00010001000100010001000100010001000100010001000100010001000100010001000100010001"> : tensor<40xui8>
      %constant1 = stablehlo.convert %constant0 : (tensor<40xui8>) -> tensor<40xi1>"
    `)
  })
})

describe('sums of 16-bit floats are taken in f32', () => {
  const [x, w] = [typed('bf16', 2, 3), typed('bf16', 4, 3)]

  test('a product that is only wanted in f32 is never rounded', () => {
    expect(body([x, w], (x, w) => [convert(reshape(linear(x!, w!), [8]), 'f32')])).toMatchInlineSnapshot(`
      "%dot0 = stablehlo.dot_general %in0, %in1, contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3xbf16>, tensor<4x3xbf16>) -> tensor<2x4xf32>
      %reshape1 = stablehlo.reshape %dot0 : (tensor<2x4xf32>) -> tensor<8xf32>"
    `)
  })

  test('a product that is wanted in bf16 too stays one', () => {
    const text = body([x, w], (x, w) => {
      const y = linear(x!, w!)
      return [convert(y, 'f32'), mul(y, y)]
    })
    expect(text).toContain('(tensor<2x3xbf16>, tensor<4x3xbf16>) -> tensor<2x4xbf16>')
  })

  test('a product with a dtype of its own has it', () => {
    expect(body([x, w], (x, w) => [linear(x!, w!, 'f32')])).toMatchInlineSnapshot(
      `"%dot0 = stablehlo.dot_general %in0, %in1, contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3xbf16>, tensor<4x3xbf16>) -> tensor<2x4xf32>"`,
    )
  })

  test('reductions, softmax and scattered sums', () => {
    const text = body([x, typed('i32', 2)], (x, i) => [sum(x!, 1), softmax(x!), scatterAdd(x!, i!, x!)])
    expect(text).toMatchInlineSnapshot(`
      "%reduceSum0 = stablehlo.convert %in0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
      %reduceSum1 = stablehlo.constant dense<0.0> : tensor<f32>
      %reduceSum2 = stablehlo.reduce(%reduceSum0 init: %reduceSum1) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
      %reduceSum3 = stablehlo.convert %reduceSum2 : (tensor<2xf32>) -> tensor<2xbf16>
      %softmax4 = stablehlo.convert %in0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
      %softmax5 = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %softmax6 = stablehlo.reduce(%softmax4 init: %softmax5) applies stablehlo.maximum across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
      %softmax7 = stablehlo.broadcast_in_dim %softmax6, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
      %softmax8 = stablehlo.subtract %softmax4, %softmax7 : tensor<2x3xf32>
      %softmax9 = stablehlo.exponential %softmax8 : tensor<2x3xf32>
      %softmax10 = stablehlo.reduce(%softmax9 init: %reduceSum1) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
      %softmax11 = stablehlo.broadcast_in_dim %softmax10, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
      %softmax12 = stablehlo.divide %softmax9, %softmax11 : tensor<2x3xf32>
      %softmax13 = stablehlo.convert %softmax12 : (tensor<2x3xf32>) -> tensor<2x3xbf16>
      %scatterAdd14 = stablehlo.convert %in0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
      %scatterAdd15 = stablehlo.convert %in0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
      %scatterAdd16 = stablehlo.reshape %in1 : (tensor<2xi32>) -> tensor<2x1xi32>
      %scatterAdd20 = "stablehlo.scatter"(%scatterAdd14, %scatterAdd16, %scatterAdd15) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
      ^bb0(%scatterAdd17: tensor<f32>, %scatterAdd18: tensor<f32>):
      %scatterAdd19 = stablehlo.add %scatterAdd17, %scatterAdd18 : tensor<f32>
      stablehlo.return %scatterAdd19 : tensor<f32>
      }) : (tensor<2x3xf32>, tensor<2x1xi32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      %scatterAdd21 = stablehlo.convert %scatterAdd20 : (tensor<2x3xf32>) -> tensor<2x3xbf16>"
    `)
  })
})
