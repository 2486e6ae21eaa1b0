import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goldenProgram, mesh, typed } from '../../lower/stablehlo/golden-programs.fixture.ts'
import { grad } from '../../tensor/grad.ts'
import { type Layout, type Placement, shardStart } from '../../tensor/mesh.ts'
import { placeAmong, sumOver } from '../../tensor/ops/collective.ts'
import { groupedLinear, groupedOuter, linear } from '../../tensor/ops/contraction.ts'
import { mul, sub, tanh } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { reshape } from '../../tensor/ops/shape.ts'
import type { OpName } from '../../tensor/program.ts'
import { trace } from '../../tensor/trace.ts'
import { type HostTensor, sizeOf } from '../../tensor/types.ts'
import { newRandom } from '../conformance/random.ts'
import type { Engine } from '../engine.ts'
import { interpretOnDevices } from '../reference/devices.ts'
import { fromHost } from '../reference/host.ts'
import { interpret } from '../reference/interpret.ts'
import { createJaxlibEngine } from './jaxlib.fixture.ts'

const python = process.env.TSUKIMI_JAXLIB_PYTHON

describe.skipIf(python === undefined)('StableHLO on the jaxlib of TSUKIMI_JAXLIB_PYTHON', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createJaxlibEngine(python!)
  })
  afterAll(() => engine[Symbol.dispose]())

  const counting = (...shape: number[]): HostTensor => ({
    ...typed('f32', ...shape),
    data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
  })

  /** What a golden program gives on the mesh, its one input spread by its layout. */
  async function onMesh(op: OpName, input?: HostTensor): Promise<number[][]> {
    const { program, layout } = goldenProgram(op)
    using step = await engine.compile(program, { layout: layout! })
    const placement: Placement = { mesh, sharding: layout!.inputs[0] ?? [] }
    const given = input ? [engine.upload(input, input.data, placement)] : []
    const outputs = await step.run(given)
    return Promise.all(outputs.map(async (output) => [...(await output.read())]))
  }

  const devices = Array.from({ length: 8 }, (_, d) => d)
  /** Device d of the mesh is number d % 4 of `expert` and floor(d / 4) of `data`. */
  const row = (d: number): number[] => [3 * d, 3 * d + 1, 3 * d + 2]

  test('a spread tensor is read as it was', async () => {
    const x = counting(8, 3)
    using buffer = engine.upload(x, x.data, { mesh, sharding: [['expert', 'data'], []] })
    expect(await buffer.read()).toEqual(x.data)
    expect(shardStart(x.shape, { mesh, sharding: [['expert', 'data'], []] }, 1)).toEqual([2, 0])
  })

  test('allReduce: sums over experts, largest over all', async () => {
    const [sums, largest] = await onMesh('allReduce', counting(8, 3))
    const sumOf = (d: number) =>
      row(0).map((_, i) => [0, 1, 2, 3].reduce((s, e) => s + row(4 * Math.floor(d / 4) + e)[i]!, 0))
    expect(sums).toEqual(devices.flatMap(sumOf))
    expect(largest).toEqual(devices.flatMap(() => row(7)))
  })

  test('allGather: the rows of the four experts side by side', async () => {
    const [rows] = await onMesh('allGather', counting(8, 3))
    expect(rows).toEqual(devices.flatMap((d) => [0, 1, 2, 3].flatMap((e) => row(4 * Math.floor(d / 4) + e))))
  })

  test('reduceScatter: each gets its half of the sum of two', async () => {
    const [parts] = await onMesh('reduceScatter', counting(32, 3))
    const part = (d: number) => {
      const [data, expert] = [Math.floor(d / 4), d % 4]
      return [0, 1].flatMap((i) => {
        const at = (from: number) => row(4 * (4 * from + expert) + 2 * data + i)
        return at(0).map((x, j) => x + at(1)[j]!)
      })
    }
    expect(parts).toEqual(devices.flatMap(part))
  })

  test('allToAll: row e goes to expert e', async () => {
    const [rows] = await onMesh('allToAll', counting(32, 3))
    const got = (d: number) => [0, 1, 2, 3].flatMap((e) => row(4 * (4 * Math.floor(d / 4) + e) + (d % 4)))
    expect(rows).toEqual(devices.flatMap(got))
  })

  test('axisIndex: the place among the experts', async () => {
    const program = trace('places', [], () => [reshape(placeAmong(mesh, ['expert']), [1])])
    using step = await engine.compile(program, {
      layout: { mesh, inputs: [], outputs: [[['data', 'expert']]] },
    })
    const [places] = await step.run([])
    expect([...(await places!.read())]).toEqual([0, 1, 2, 3, 0, 1, 2, 3])
  })

  test.each([
    ['even', [16, 16, 16, 16]],
    ['three passes', [1, 0, 60, 3]],
    ['one group has all', [0, 64, 0, 0]],
  ])('grouped products, %s', async (_, sizes) => {
    const random = newRandom(1)
    const inputs = [random.floats([64, 3]), random.floats([4, 5, 3]), random.floats([64, 5])]
    const counts: HostTensor = { ...typed('i32', 4), data: Int32Array.from(sizes) }
    const program = trace('grouped', [...inputs, counts], (x, w, y, sizes) => [
      groupedLinear(x!, w!, sizes!),
      groupedOuter(x!, y!, sizes!),
    ])
    const given = [...inputs, counts]
    const wanted = interpret(program, given.map(fromHost))
    using step = await engine.compile(program)
    const outputs = await step.run(given.map((x) => engine.upload(x, x.data)))
    for (const [i, output] of outputs.entries()) {
      const difference = (await output.read()).map((x, j) => Math.abs(x - wanted[i]!.data[j]!))
      expect(Math.max(...difference)).toBeLessThan(1e-4)
    }
  })

  test('a step of sharded layers, its weights donated', async () => {
    const [T, D, H] = [8, 4, 6]
    const types = [typed('f32', H / 2, D), typed('f32', T / 2, D), typed('f32', D, H / 2)]
    const narrow = { axes: [mesh.axes[0]!, { name: 'expert', size: 2 }] }
    const program = trace('step', types, (w1, x, w2) => {
      const y = sumOver(linear(tanh(linear(x!, w1!)), w2!), narrow, ['expert'])
      const part = sum(mul(y, y))
      const gradients = grad(mul(part, 0.5), [w1!, w2!])
      return [
        sub(w1!, mul(sumOver(gradients[0]!, narrow, ['data']), 0.01)),
        sumOver(gradients[1]!, narrow, ['data']),
      ]
    })
    const layout: Layout = {
      mesh: narrow,
      inputs: [
        [['expert'], []],
        [['data'], []],
        [[], ['expert']],
      ],
      outputs: [
        [['expert'], []],
        [[], ['expert']],
      ],
    }
    const random = newRandom(3)
    const inputs = [random.floats([H, D]), random.floats([T, D]), random.floats([D, H])]
    const wanted = interpretOnDevices(program, layout, inputs)
    using step = await engine.compile(program, { layout, donate: 1 })
    const outputs = await step.run(
      inputs.map((x, i) => engine.upload(x, x.data, { mesh: narrow, sharding: layout.inputs[i]! })),
    )
    for (const [i, output] of outputs.entries()) {
      expect(output.shape).toEqual(wanted[i]!.shape)
      const difference = (await output.read()).map((x, j) => Math.abs(x - wanted[i]!.data[j]!))
      expect(Math.max(...difference)).toBeLessThan(1e-4)
    }
  })

  test('a donated buffer is gone', async () => {
    const program = trace('step', [typed('f32', 2)], (x) => [mul(x!, 2)])
    using step = await engine.compile(program, { donate: 1 })
    const x = engine.upload(typed('f32', 2), Float32Array.of(1, 2))
    const [y] = await step.run([x])
    expect([...(await y!.read())]).toEqual([2, 4])
    await expect(step.run([x])).rejects.toThrow('jaxlib: KeyError')
  })
})
