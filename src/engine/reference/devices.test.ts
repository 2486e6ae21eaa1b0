import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectNear } from '../../tensor/finite-differences.fixture.ts'
import { axisSize, coordinates, deviceCount, type Mesh, type Sharding } from '../../tensor/mesh.ts'
import {
  exchangeOver,
  gatherOver,
  largestOver,
  placeAmong,
  sumOver,
  sumScatterOver,
} from '../../tensor/ops/collective.ts'
import { cond } from '../../tensor/ops/control.ts'
import { add, compare, convert, mul } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { type Tensor, trace } from '../../tensor/trace.ts'
import type { Type } from '../../tensor/types.ts'
import { interpretOnDevices } from './devices.ts'
import { createReferenceEngine } from './engine.ts'
import { interpret } from './interpret.ts'
import { meshesWithAxes, meshOf, numbers, ownEach, range, runEach, sizeOver } from './mesh.fixture.ts'

const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })
const few = { numRuns: 30 }

/** Devices that talk to `device` over `axes`, by nested counting, the first axis slowest. */
function peers(mesh: Mesh, axes: readonly string[], device: number): number[] {
  const own = coordinates(mesh, device)
  const places = axes.reduce<number[][]>(
    (all, name) => all.flatMap((at) => range(axisSize(mesh, name)).map((i) => [...at, i])),
    [[]],
  )
  return places.map((at) =>
    mesh.axes.reduce((index, { name, size }, d) => {
      const i = axes.indexOf(name)
      return index * size + (i < 0 ? own[d]! : at[i]!)
    }, 0),
  )
}

describe('each device hears', () => {
  const check = (
    fn: (x: Tensor, mesh: Mesh, axes: readonly string[]) => Tensor,
    shape: (size: number) => number[],
    wanted: (own: number[][], place: number, size: number) => number[],
  ): void =>
    fc.assert(
      fc.property(meshesWithAxes(), ({ mesh, axes }) => {
        const size = sizeOver(mesh, axes)
        const count = shape(size).reduce((a, b) => a * b, 1)
        const rows = range(deviceCount(mesh)).map((device) => numbers(count, device))
        const [found] = runEach(
          ownEach('test', mesh, [shape(size)], (x) => [fn(x!, mesh, axes)]),
          [rows.flat()],
        )
        found!.forEach((got, device) => {
          const group = peers(mesh, axes, device)
          const own = group.map((peer) => rows[peer]!)
          expectNear(got, wanted(own, group.indexOf(device), size), 1e-12)
        })
      }),
      few,
    )

  const total = (own: number[][]): number[] => own[0]!.map((_, i) => own.reduce((s, x) => s + x[i]!, 0))

  test('the sum', () => {
    check(sumOver, () => [2, 3], total)
  })

  test('the largest', () => {
    check(
      largestOver,
      () => [2, 3],
      (own) => own[0]!.map((_, i) => Math.max(...own.map((x) => x[i]!))),
    )
  })

  test('all shards, along either dimension', () => {
    check(
      (x, mesh, axes) => gatherOver(x, mesh, axes, 0),
      () => [2, 3],
      (own) => own.flat(),
    )
    check(
      (x, mesh, axes) => gatherOver(x, mesh, axes, 1),
      () => [2, 3],
      (own) => [0, 1].flatMap((row) => own.flatMap((x) => x.slice(row * 3, row * 3 + 3))),
    )
  })

  test('its part of the sum', () => {
    check(
      (x, mesh, axes) => sumScatterOver(x, mesh, axes, 0),
      (size) => [2 * size, 3],
      (own, place) => total(own).slice(place * 6, place * 6 + 6),
    )
    check(
      (x, mesh, axes) => sumScatterOver(x, mesh, axes, 1),
      (size) => [2, 3 * size],
      (own, place, size) =>
        [0, 1].flatMap((row) => total(own).slice(row * 3 * size + place * 3, row * 3 * size + place * 3 + 3)),
    )
  })

  test('its part from every device', () => {
    check(
      (x, mesh, axes) => exchangeOver(x, mesh, axes, 0, 0),
      (size) => [2 * size, 3],
      (own, place) => own.flatMap((x) => x.slice(place * 6, place * 6 + 6)),
    )
    check(
      (x, mesh, axes) => exchangeOver(x, mesh, axes, 0, 1),
      (size) => [2 * size, 3],
      (own, place) =>
        [0, 1].flatMap((row) =>
          own.flatMap((x) => x.slice((place * 2 + row) * 3, (place * 2 + row) * 3 + 3)),
        ),
    )
  })

  test('its place', () => {
    check(
      (x, mesh, axes) => add(mul(x, 0), convert(placeAmong(mesh, axes), 'f32')),
      () => [1],
      (_, place) => [place],
    )
  })
})

describe('collectives move shards as shardings say', () => {
  /** Runs `fn` from one sharding of X[rows, columns] to another, and the wanted whole is X itself. */
  const unchanged = (
    fn: (x: Tensor, mesh: Mesh, axes: readonly string[]) => Tensor,
    from: (axes: string[]) => Sharding,
    to: (axes: string[]) => Sharding,
  ): void =>
    fc.assert(
      fc.property(meshesWithAxes(), ({ mesh, axes }) => {
        const size = sizeOver(mesh, axes)
        const [rows, columns] = [2 * size, 3 * size]
        const local = [rows, columns].map((n, d) => (from(axes)[d]!.length > 0 ? n / size : n))
        const program = trace('test', [f32(...local)], (x) => [fn(x!, mesh, axes)])
        const data = numbers(rows * columns)
        const [y] = interpretOnDevices(program, { mesh, inputs: [from(axes)], outputs: [to(axes)] }, [
          { data },
        ])
        expect(y!.shape).toEqual([rows, columns])
        expectNear(y!.data, data)
      }),
      few,
    )

  test('a gather makes copies', () => {
    unchanged(
      (x, mesh, axes) => gatherOver(x, mesh, axes, 1),
      (axes) => [[], axes],
      () => [[], []],
    )
  })

  test('an exchange turns rows into columns', () => {
    unchanged(
      (x, mesh, axes) => exchangeOver(x, mesh, axes, 1, 0),
      (axes) => [axes, []],
      (axes) => [[], axes],
    )
  })

  test('a scattered sum of copies, each its share', () => {
    unchanged(
      (x, mesh, axes) => mul(sumScatterOver(x, mesh, axes, 0), 1 / sizeOver(mesh, axes)),
      () => [[], []],
      (axes) => [axes, []],
    )
  })
})

describe('a condition', () => {
  const mesh = meshOf({ a: 2 })
  const branches = (where: (mine: Tensor) => Tensor, then: (x: Tensor) => Tensor) =>
    ownEach('step', mesh, [[]], (x) => [
      cond(
        where(x!),
        () => [then(x!)],
        () => [mul(x!, 10)],
      )[0]!,
    ])

  test('on which devices differ runs each one’s branch', () => {
    const own = branches(
      (x) => compare(x, 2, 'lt'),
      (x) => add(x, convert(placeAmong(mesh, ['a']), 'f32')),
    )
    expect(runEach(own, [[5, 1]])).toEqual([[[50], [2]]])
  })

  test('on which devices agree may hold a collective, and otherwise not', () => {
    const own = branches(
      (x) => compare(x, 2, 'lt'),
      (x) => sumOver(x, mesh, ['a']),
    )
    expect(runEach(own, [[1, 0.5]])).toEqual([[[1.5], [1.5]]])
    expect(() => runEach(own, [[5, 1]])).toThrow(
      /^allReduce: device 1 is in a branch .* did not take; it would wait for ever \(at devices\.test\.ts:\d+\)$/,
    )
  })
})

describe('mistakes', () => {
  const mesh = meshOf({ a: 2, b: 2 })
  const whole = [[]]
  const rows = [['a']]
  const step = trace('step', [f32(2)], (x) => [sum(x!), mul(x!, 2)])
  const run = (inputs: Sharding[], outputs: Sharding[], data: number[]) => () =>
    interpretOnDevices(step, { mesh, inputs, outputs }, [{ data, shape: [data.length], dtype: 'f32' }])

  test('a missing reduction is seen in the copies', () => {
    expect(run([rows], [[], rows], [1, 2, 3, 4])).toThrow(
      'step: output 0 is f32[], f32[] on each of 4 devices: devices 0 and 2 hold copies that differ, 3 and 7 at ' +
        'element 0 of the shard: a reduction over a is missing, or the sharding should name it',
    )
    expect(run([rows], [[], whole], [1, 2, 1, 2])).not.toThrow()
  })

  test('an input that does not fit says what the whole is', () => {
    expect(run([rows], [[], rows], [1, 2])).toThrow(
      'step: input 0 is f32[4], f32[2] on each of 4 devices, got f32[2] of 2 elements',
    )
  })

  test('a layout for another program is refused', () => {
    expect(run([], [[], rows], [1])).toThrow('step: 1 inputs, the layout has 0')
    expect(run([rows], [rows, rows], [1])).toThrow('step: output 0: a sharding of 1 dimensions for shape []')
    expect(run([[['a', 'a']]], [[], rows], [1])).toThrow(
      'step: input 0: a sharding names the mesh axis a twice',
    )
  })

  test('a mesh other than that of the trace is refused', () => {
    const program = trace('step', [f32(2)], (x) => [sumOver(x!, meshOf({ a: 3 }), ['a'])])
    expect(() =>
      interpretOnDevices(program, { mesh, inputs: [whole], outputs: [whole] }, [{ data: [1, 2] }]),
    ).toThrow(/^allReduce: wants 3 devices along a; the layout's mesh has 2 \(at devices/)
    expect(() => interpret(program, [{ data: [1, 2] }])).toThrow("give the program's layout")
    expect(() => trace('step', [f32(2)], (x) => [sumOver(x!, mesh, ['a', 'a'])])).toThrow(
      'names a mesh axis twice',
    )
  })
})

describe('the reference engine', () => {
  const mesh = meshOf({ a: 2 })
  const rows: Sharding = [['a']]
  const program = trace('step', [f32(2), f32()], (x, rate) => [mul(x!, rate!), sum(sumOver(x!, mesh, ['a']))])
  const layout = { mesh, inputs: [rows, []], outputs: [rows, []] }

  test('takes a layout and gives a donated state back in its place', async () => {
    using engine = createReferenceEngine()
    using executable = await engine.compile(program, { donate: 1, layout })
    const rate = engine.upload(f32(), Float32Array.of(2))
    const start = engine.upload(f32(4), Float32Array.of(1, 2, 3, 4), { mesh, sharding: rows })
    const [once] = await executable.run([start, rate])
    const [twice, total] = await executable.run([once!, rate])
    expect([...(await twice!.read())]).toEqual([4, 8, 12, 16])
    expect([...(await total!.read())]).toEqual([20])
    expect([twice!.shape, total!.shape]).toEqual([[4], []])
    expect(executable.memory().buffers).toBe(4 * (4 + 1 + 4 + 1))
    await expect(executable.run([once!, rate])).rejects.toThrow('disposed or donated')
  })

  test('refuses buffers that lie elsewhere', async () => {
    using engine = createReferenceEngine()
    using executable = await engine.compile(program, { layout })
    const rate = engine.upload(f32(), Float32Array.of(2))
    const copies = engine.upload(f32(4), Float32Array.of(1, 2, 3, 4), { mesh, sharding: [[]] })
    await expect(executable.run([copies, rate])).rejects.toThrow(
      'input 0 is f32[4], f32[2] on each of 2 devices, spread [a] over 2 devices; the buffer is spread [·] over 2 devices',
    )
    expect(() => engine.upload(f32(3), undefined, { mesh, sharding: rows })).toThrow('does not divide into 2')
    const donated = engine.compile(program, { donate: 1, layout: { ...layout, outputs: [[[]], []] } })
    await expect(donated).rejects.toThrow('step: input 0 is f32[4]')
  })
})
