import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectNear } from '../../tensor/finite-differences.fixture.ts'
import { grad } from '../../tensor/grad.ts'
import { axisSize, coordinates, deviceCount, type Mesh, type Sharding } from '../../tensor/mesh.ts'
import {
  exchangeOver,
  gatherOver,
  largestOver,
  placeAmong,
  sumOver,
  sumScatterOver,
} from '../../tensor/ops/collective.ts'
import { linear } from '../../tensor/ops/contraction.ts'
import { checkpoint, cond, customGrad, kernel, loop } from '../../tensor/ops/control.ts'
import { add, compare, convert, mul, sin, tanh } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { reshape } from '../../tensor/ops/shape.ts'
import { optimize } from '../../tensor/passes/optimize.ts'
import { type Tensor, trace } from '../../tensor/trace.ts'
import type { Type } from '../../tensor/types.ts'
import { interpretOnDevices } from './devices.ts'
import { createReferenceEngine } from './engine.ts'
import { interpret } from './interpret.ts'
import { meshesWithAxes, meshOf, numbers, ownEach, range, runEach } from './mesh.fixture.ts'

const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })
const few = { numRuns: 30 }

const sizeOver = (mesh: Mesh, axes: readonly string[]): number =>
  axes.reduce((product, name) => product * axisSize(mesh, name), 1)

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

describe('gradients', () => {
  type Step = (h: Tensor, w: Tensor, mesh: Mesh, axes: string[]) => Tensor
  const only = (condition: boolean, h: Tensor, fn: () => Tensor): Tensor => (condition ? fn() : h)
  const weighed = (h: Tensor, mesh: Mesh, axes: string[]): Tensor =>
    mul(h, add(convert(placeAmong(mesh, axes), 'f32'), 0.5))

  const steps: Readonly<Record<string, Step>> = {
    sin: (h, w) => sin(mul(h, w)),
    weighed: (h, _, mesh, axes) => weighed(h, mesh, axes),
    sum: (h, w, mesh, axes) => mul(sumOver(h, mesh, axes), w),
    'gather rows': (h, _, mesh, axes) => only(h.shape[0]! <= 4, h, () => gatherOver(h, mesh, axes, 0)),
    'gather columns': (h, _, mesh, axes) => only(h.shape[1]! <= 4, h, () => gatherOver(h, mesh, axes, 1)),
    'scatter rows': (h, _, mesh, axes) =>
      only(h.shape[0]! % sizeOver(mesh, axes) === 0, h, () => sumScatterOver(h, mesh, axes, 0)),
    'scatter columns': (h, w, mesh, axes) =>
      only(h.shape[1]! % sizeOver(mesh, axes) === 0, h, () => mul(w, sumScatterOver(h, mesh, axes, 1))),
    'exchange rows to columns': (h, _, mesh, axes) =>
      only(h.shape[0]! % sizeOver(mesh, axes) === 0, h, () => exchangeOver(h, mesh, axes, 0, 1)),
    'exchange columns': (h, _, mesh, axes) =>
      only(h.shape[1]! % sizeOver(mesh, axes) === 0, h, () => exchangeOver(h, mesh, axes, 1, 1)),
    'a fixed bound': (h, _, mesh, axes) => add(h, sum(mul(largestOver(mul(h, 0), mesh, axes), 2))),
    loop: (h, w, mesh, axes) =>
      loop(2, [h], [], (_, [c]) => ({ carry: [sin(mul(sumOver(c!, mesh, axes), w))] })).carry[0]!,
    cond: (h, w, mesh, axes) =>
      cond(
        compare(sum(sumOver(h, mesh, ['a', 'b', 'c'])), 1e3, 'lt'),
        () => [mul(sumOver(sin(h), mesh, axes), w)],
        () => [h],
      )[0]!,
    'cond of each device': (h, w, mesh) =>
      cond(
        compare(placeAmong(mesh, ['a']), 0, 'eq'),
        () => [sin(mul(h, w))],
        () => [mul(h, h)],
      )[0]!,
    checkpoint: (h, w, mesh, axes) => checkpoint(() => [mul(w, sumOver(sin(h), mesh, axes))])[0]!,
    kernel: (h, w, mesh, axes) =>
      kernel('k', {}, [h, w], (x, v) => [mul(v!, sumOver(sin(x!), mesh, axes))])[0]!,
    customGrad: (h, _, mesh, axes) =>
      customGrad(
        [h],
        (x) => [sumOver(mul(x!, x!), mesh, axes)],
        ([x], _, [g]) => [mul(2, mul(x!, sumOver(g!, mesh, axes)))],
      )[0]!,
  }

  /** x is each device's own, w is held as a copy by all. */
  function objective(mesh: Mesh, path: readonly { step: string; axes: string[] }[]) {
    const local = (x: Tensor, w: Tensor): Tensor => {
      const h = path.reduce((h, { step, axes }) => steps[step]!(h, w, mesh, axes), x)
      const all = mesh.axes.map(({ name }) => name)
      return sum(weighed(sin(h), mesh, all))
    }
    const whole = ownEach('objective', mesh, [[4, 4], []], (x, w) => [local(x!, w!)])
    const slopes = ownEach('slopes', mesh, [[4, 4], []], (x, w) => grad(local(x!, w!), [x!, w!]))
    return { whole, slopes }
  }

  const paths = meshesWithAxes(2).chain(({ mesh }) => {
    const names = mesh.axes.map(({ name }) => name)
    const move = fc.record({
      step: fc.constantFrom(...Object.keys(steps)),
      axes: fc.shuffledSubarray(names),
    })
    return fc.record({ mesh: fc.constant(mesh), path: fc.array(move, { minLength: 1, maxLength: 4 }) })
  })

  function expectRightSlopes(mesh: Mesh, path: readonly { step: string; axes: string[] }[]): void {
    const count = deviceCount(mesh)
    const { whole, slopes } = objective(mesh, path)
    const x = numbers(16 * count)
    const w = range(count).map(() => 0.7)
    const value = (x: number[], w: number[]): number =>
      runEach(whole, [x, w])[0]!.reduce((total, [own]) => total + own!, 0)
    const step = 1e-5
    const slope = (at: (change: number) => number): number => (at(step) - at(-step)) / (2 * step)
    const [gx, gw] = runEach(slopes, [x, w])
    const optimized = runEach({ ...slopes, program: optimize(slopes.program) }, [x, w])
    expectNear(optimized.flat(2), [gx, gw].flat(2) as number[], 1e-9)
    // A few elements of each device tell; those of a copy are the sum over the devices that hold it.
    const places = range(x.length).filter((i) => i % 5 === 0)
    const wanted = places.map((i) => slope((change) => value(x.with(i, x[i]! + change), w)))
    expectNear(
      places.map((i) => gx!.flat()[i]!),
      wanted,
      1e-5,
    )
    const together = slope((change) =>
      value(
        x,
        w.map((own) => own + change),
      ),
    )
    expectNear([gw!.flat().reduce((a, b) => a + b, 0)], [together], 1e-5)
  }

  test.each(Object.keys(steps))('of the sum of what all devices make: %s', (step) => {
    const mesh = meshOf({ a: 2, b: 2 })
    for (const axes of [['a'], ['b', 'a']])
      expectRightSlopes(mesh, [
        { step: 'sin', axes },
        { step, axes },
      ])
  })

  test('of random paths', () => {
    fc.assert(
      fc.property(paths, ({ mesh, path }) => expectRightSlopes(mesh, path)),
      few,
    )
  })
})

describe('sharded layers are the unsharded ones', () => {
  const [T, D, H, M] = [8, 4, 6, 5]
  const data = [numbers(T * D, 1), numbers(H * D, 2), numbers(M * H, 3)].map((data) => ({ data }))

  /** Output, loss and the gradients of two layers. */
  const whole = trace('layers', [f32(T, D), f32(H, D), f32(M, H)], (x, w1, w2) => {
    const y = linear(tanh(linear(x!, w1!)), w2!)
    const loss = mul(sum(mul(y, y)), 1 / T)
    return [y, loss, ...grad(loss, [x!, w1!, w2!])]
  })
  const wanted = interpret(whole, data)

  const expectSame = (found: ReturnType<typeof interpretOnDevices>): void => {
    expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape))
    found.forEach((got, i) => {
      expectNear(got.data, [...wanted[i]!.data], 1e-6)
    })
  }

  test('batch over data, columns then rows of the weights over model', () => {
    const mesh = meshOf({ data: 4, model: 2 })
    const program = trace('sharded', [f32(T / 4, D), f32(H / 2, D), f32(M, H / 2)], (x, w1, w2) => {
      const y = sumOver(linear(tanh(linear(x!, w1!)), w2!), mesh, ['model'])
      const part = mul(sum(mul(y, y)), 1 / T)
      // Devices of one model group compute the same part, and the objective is the sum over all of them.
      const [gx, gw1, gw2] = grad(mul(part, 1 / axisSize(mesh, 'model')), [x!, w1!, w2!])
      return [
        y,
        sumOver(part, mesh, ['data']),
        sumOver(gx!, mesh, ['model']),
        sumOver(gw1!, mesh, ['data']),
        sumOver(gw2!, mesh, ['data']),
      ]
    })
    const [x, w1, w2] = [
      [['data'], []],
      [['model'], []],
      [[], ['model']],
    ]
    expectSame(
      interpretOnDevices(program, { mesh, inputs: [x!, w1!, w2!], outputs: [x!, [], x!, w1!, w2!] }, data),
    )
  })

  test('weights sharded over data and gathered for use', () => {
    const mesh = meshOf({ data: 2 })
    const program = trace('gathered', [f32(T / 2, D), f32(H / 2, D), f32(M, H / 2)], (x, w1, w2) => {
      const all = (w: Tensor, dim: number): Tensor => gatherOver(w, mesh, ['data'], dim)
      const y = linear(tanh(linear(x!, all(w1!, 0))), all(w2!, 1))
      const part = mul(sum(mul(y, y)), 1 / T)
      return [y, sumOver(part, mesh, ['data']), ...grad(part, [x!, w1!, w2!])]
    })
    const [x, w1, w2] = [
      [['data'], []],
      [['data'], []],
      [[], ['data']],
    ]
    expectSame(
      interpretOnDevices(program, { mesh, inputs: [x!, w1!, w2!], outputs: [x!, [], x!, w1!, w2!] }, data),
    )
  })

  test('rows sent to the device of their expert and back', () => {
    // x[E, C, D]: C rows of each sender for each expert.
    const [E, C] = [2, 3]
    const mesh = meshOf({ data: 2, expert: E })
    const rows = [numbers(4 * E * C * D, 4), numbers(E * D * D, 5)].map((data) => ({ data }))
    const loss = (y: Tensor): Tensor => sum(mul(y, sin(y)))
    const plain = trace('experts', [f32(4, E, C, D), f32(E, D, D)], (x, w) => {
      const y = sum(mul(reshape(x!, [4, E, C, 1, D]), reshape(w!, [1, E, 1, D, D])), 4)
      return [y, ...grad(loss(y), [x!, w!])]
    })
    const sharded = trace('experts', [f32(1, E, C, D), f32(1, D, D)], (x, w) => {
      const sent = exchangeOver(reshape(x!, [E, C, D]), mesh, ['expert'], 0, 0)
      const made = linear(sent, reshape(w!, [D, D]))
      const y = reshape(exchangeOver(made, mesh, ['expert'], 0, 0), [1, E, C, D])
      const [gx, gw] = grad(loss(y), [x!, w!])
      return [y, gx!, sumOver(gw!, mesh, ['data'])]
    })
    const x = [['data', 'expert'], [], [], []]
    const w = [['expert'], [], []]
    const found = interpretOnDevices(sharded, { mesh, inputs: [x, w], outputs: [x, x, w] }, rows)
    interpret(plain, rows).forEach((y, i) => {
      expectNear(found[i]!.data, [...y.data], 1e-9)
    })
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
