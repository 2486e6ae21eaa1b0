import * as ops from '../../tensor/ops/control.ts'
import { add, convert, mul, sin, sub, tanh } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { type ConformanceCase, newCase } from './case.ts'
import { hostTensor } from './random.ts'

const loopCases = [
  newCase('loop', 'carries, slices, rows and outer values', (random) => {
    const trips = random.integer(1, 4)
    return {
      inputs: [random.floats([2]), random.floats([trips, 2]), random.floats([2])],
      build: (start, slices, w) => {
        const { carry, rows } = ops.loop(trips, [start!], [slices!], (index, [h], [x]) => {
          const next = tanh(add(mul(h!, w!), mul(x!, add(convert(index, 'f32'), 1))))
          return { carry: [next], rows: [sum(mul(next, x!)), h!] }
        })
        return [...carry, ...rows]
      },
      differentiable: [0, 1, 2],
    }
  }),
  newCase('loop', 'integer carries and slices', (random) => ({
    inputs: [random.integers([], -3, 3), random.integers([3, 2], -3, 3), random.floats([2])],
    build: (count, slices, x) => {
      const { carry, rows } = ops.loop(3, [count!, x!], [slices!], (index, [n, h], [row]) => ({
        carry: [add(n!, index), mul(h!, add(convert(row!, 'f32'), convert(n!, 'f32')))],
        rows: [add(row!, n!)],
      }))
      return [...carry, ...rows]
    },
    differentiable: [2],
  })),
  newCase('loop', 'no trips', (random) => ({
    inputs: [random.floats([2]), random.floats([0, 2])],
    build: (start, slices) => {
      const { carry, rows } = ops.loop(0, [start!], [slices!], (_, [h], [x]) => ({
        carry: [mul(h!, x!)],
        rows: [h!],
      }))
      return [...carry, ...rows]
    },
    differentiable: [0, 1],
  })),
  newCase('loop', 'inside a loop', (random) => ({
    inputs: [random.floats([2]), random.floats([2])],
    build: (x, w) =>
      ops.loop(2, [x!], [], (i, [h]) => ({
        carry: ops.loop(3, [h!], [], (_, [y]) => ({ carry: [sin(add(mul(y!, w!), convert(i, 'f32')))] }))
          .carry,
      })).carry,
    differentiable: [0, 1],
  })),
  newCase('loop', 'swapped and unchanged carries', (random) => ({
    inputs: [random.floats([2]), random.floats([2])],
    build: (x, y) =>
      ops.loop(3, [x!, y!, x!], [], (_, [a, b, c]) => ({ carry: [b!, mul(a!, c!), c!] })).carry,
    differentiable: [0, 1],
  })),
]

const condCases = [0, 1].flatMap((chosen) => [
  newCase('cond', `outer values, ${chosen ? 'true' : 'false'}`, (random) => ({
    inputs: [hostTensor('bool', [], [chosen]), random.floats([3]), random.floats([3])],
    build: (p, x, y) =>
      ops.cond(
        p!,
        () => [mul(x!, y!), x!],
        () => [sub(sin(y!), 1), y!],
      ),
    differentiable: [1, 2],
  })),
  newCase('cond', `in a loop, ${chosen ? 'even' : 'odd'} first`, (random) => ({
    inputs: [hostTensor('bool', [3], [chosen, 1 - chosen, chosen]), random.floats([2])],
    build: (flags, x) =>
      ops.loop(3, [x!], [flags!], (_, [h], [p]) => ({
        carry: ops.cond(
          p!,
          () => [mul(h!, x!)],
          () => [sin(h!)],
        ),
      })).carry,
    differentiable: [1],
  })),
])

export const controlCases: readonly ConformanceCase[] = [
  newCase('stopGradient', 'the other factor', (random) => ({
    inputs: [random.floats([3]), random.floats([3])],
    build: (x, y) => [mul(x!, ops.stopGradient(sin(y!)))],
    differentiable: [0],
  })),
  newCase('barrier', 'several values', (random) => ({
    inputs: [random.floats([3]), random.floats([]), random.integers([2], -9, 9)],
    build: (x, y, i) => {
      const [a, b, c] = ops.barrier([sin(x!), y!, i!])
      return [mul(a!, b!), c!]
    },
    differentiable: [0, 1],
  })),
  ...loopCases,
  ...condCases,
  newCase('checkpoint', 'outer values, twice nested', (random) => ({
    inputs: [random.floats([2, 3]), random.floats([3])],
    build: (x, w) =>
      ops.checkpoint(() => {
        const h = sin(mul(x!, w!))
        const [y] = ops.checkpoint(() => [tanh(mul(h, w!))])
        return [y!, sum(mul(h, y!), 1)]
      }),
    differentiable: [0, 1],
  })),
  newCase('kernel', 'one that no engine has', (random) => ({
    inputs: [random.floats([2, 3]), random.floats([3])],
    build: (x, w) =>
      ops.kernel('unknown', { width: 3 }, [x!, w!], (x, w) => {
        const h = sin(mul(x!, w!))
        return [tanh(h), sum(mul(h, w!), 1)]
      }),
    differentiable: [0, 1],
  })),
  newCase('customGrad', 'a residual among the outputs', (random) => ({
    inputs: [random.floats([4]), random.floats([4])],
    build: (x, y) => {
      const [product] = ops.customGrad(
        [x!, y!],
        (a, b) => [mul(tanh(a!), b!), tanh(a!)],
        ([, b], [, t], [g]) => [mul(g!, mul(b!, sub(1, mul(t!, t!)))), mul(g!, t!)],
      )
      return [product!]
    },
    differentiable: [0, 1],
  })),
]
