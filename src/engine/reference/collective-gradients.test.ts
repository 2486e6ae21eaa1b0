import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectNear } from '../../tensor/finite-differences.fixture.ts'
import { grad } from '../../tensor/grad.ts'
import { deviceCount, type Mesh } from '../../tensor/mesh.ts'
import {
  exchangeOver,
  gatherOver,
  largestOver,
  placeAmong,
  sumOver,
  sumScatterOver,
} from '../../tensor/ops/collective.ts'
import { checkpoint, cond, customGrad, kernel, loop } from '../../tensor/ops/control.ts'
import { add, compare, convert, mul, sin } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { optimize } from '../../tensor/passes/optimize.ts'
import type { Tensor } from '../../tensor/trace.ts'
import { meshesWithAxes, meshOf, numbers, ownEach, range, runEach, sizeOver } from './mesh.fixture.ts'

const few = { numRuns: 30 }

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
