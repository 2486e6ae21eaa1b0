import { grad } from '../../tensor/grad.ts'
import { dotGeneral, groupedLinear, groupedOuter, linear, matmul } from '../../tensor/ops/contraction.ts'
import { convert, mul } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { type ConformanceCase, newCase } from './case.ts'
import { hostTensor, type Random } from './random.ts'

/** Dimensions of both sides in random order, and where batch and contracted ones came to lie. */
function randomLayout(random: Random) {
  const sizes = (count: number) => Array.from({ length: count }, () => random.integer(1, 3))
  const [batch, contract] = [sizes(random.integer(0, 2)), sizes(random.integer(0, 2))]
  const side = () => {
    const named = [
      ...batch.map((size, i) => ({ size, name: `b${i}` })),
      ...contract.map((size, i) => ({ size, name: `c${i}` })),
      ...sizes(random.integer(0, 2)).map((size) => ({ size, name: '' })),
    ]
    const order = random.shuffle(named)
    const places = (kind: string, count: number) =>
      Array.from({ length: count }, (_, i) => order.findIndex(({ name }) => name === `${kind}${i}`))
    return {
      shape: order.map(({ size }) => size),
      batch: places('b', batch.length),
      contract: places('c', contract.length),
    }
  }
  return [side(), side()] as const
}

/** Group sizes that sum to `rows`; some are 0. */
function groupSizes(random: Random, groups: number, rows: number): number[] {
  const sizes = Array.from({ length: groups }, () => 0)
  for (let row = 0; row < rows; row++) sizes[random.integer(0, Math.max(0, groups - 2))]! += 1
  return random.shuffle(sizes)
}

const groupedCase = (name: string, sizesOf: (random: Random) => readonly number[]): ConformanceCase[] => {
  const draw = (random: Random) => {
    const sizes = sizesOf(random)
    const [N, E] = [sizes.reduce((a, b) => a + b, 0), sizes.length]
    return { N, E, K: random.integer(1, 3), M: random.integer(1, 3), sizes: hostTensor('i32', [E], sizes) }
  }
  return [
    newCase('groupedDot', `${name}, weights [out, in]`, (random) => {
      const { N, E, K, M, sizes } = draw(random)
      return {
        inputs: [random.floats([N, K]), random.floats([E, M, K]), sizes],
        build: (x, w, s) => [groupedLinear(x!, w!, s!)],
        differentiable: [0, 1],
      }
    }),
    newCase('groupedDot', `${name}, weights [in, out]`, (random) => {
      const { N, E, K, M, sizes } = draw(random)
      return {
        inputs: [random.floats([N, K]), random.floats([E, M, K]), random.floats([N, M]), sizes],
        // The gradient of the other layout contracts over the weights' first dimension.
        build: (x, w, y, s) => grad(sum(mul(groupedLinear(x!, w!, s!), y!)), [x!]),
        differentiable: [1, 2],
      }
    }),
    newCase('groupedOuter', name, (random) => {
      const { N, K, M, sizes } = draw(random)
      return {
        inputs: [random.floats([N, K]), random.floats([N, M]), sizes],
        build: (x, y, s) => [groupedOuter(x!, y!, s!)],
        differentiable: [0, 1],
      }
    }),
  ]
}

export const contractionCases: readonly ConformanceCase[] = [
  newCase('dot', 'any layout', (random) => {
    const [x, y] = randomLayout(random)
    return {
      inputs: [random.floats(x.shape), random.floats(y.shape)],
      build: (a, b) => [
        dotGeneral(a!, b!, { batch: [x.batch, y.batch], contract: [x.contract, y.contract] }),
      ],
      differentiable: [0, 1],
    }
  }),
  newCase('dot', 'linear', (random) => ({
    inputs: [random.floats([...random.shape(0, 2), 3]), random.floats([4, 3])],
    build: (x, w) => [linear(x!, w!)],
    differentiable: [0, 1],
  })),
  ...[false, true].flatMap((transposeX) =>
    [false, true].map((transposeY) =>
      newCase('dot', `matmul ${transposeX ? 'xᵀ' : 'x'} ${transposeY ? 'yᵀ' : 'y'}`, (random) => {
        const lead = random.shape(0, 2)
        const [N, K, M] = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)]
        return {
          inputs: [
            random.floats([...lead, ...(transposeX ? [K, N] : [N, K])]),
            random.floats([...lead, ...(transposeY ? [M, K] : [K, M])]),
          ],
          build: (x, y) => [matmul(x!, y!, { transposeX, transposeY })],
          differentiable: [0, 1],
        }
      }),
    ),
  ),
  newCase('dot', 'small integers in bf16, f32 result', (random) => ({
    inputs: [random.integers([3, 4], -16, 16), random.integers([5, 4], -16, 16)],
    build: (x, w) => [linear(convert(x!, 'bf16'), convert(w!, 'bf16'), 'f32')],
    differentiable: [],
  })),
  newCase('dot', 'no rows', (random) => ({
    inputs: [random.floats([0, 3]), random.floats([4, 3])],
    build: (x, w) => [linear(x!, w!)],
    differentiable: [0, 1],
  })),
  newCase('dot', 'an empty sum is zero', (random) => ({
    inputs: [random.floats([2, 0]), random.floats([3, 0])],
    build: (x, w) => [linear(x!, w!)],
    differentiable: [0, 1],
  })),
  ...groupedCase('some groups empty', (random) =>
    groupSizes(random, random.integer(2, 5), random.integer(1, 7)),
  ),
  ...groupedCase('one group has all', () => [0, 5, 0]),
  ...groupedCase('a single group', () => [4]),
  ...groupedCase('no rows', () => [0, 0]),
]
