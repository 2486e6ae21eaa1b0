import { describe, expect, test } from 'vitest'
import { inner, rowsOf, transposed } from '../nn/plain.fixture.ts'
import { evaluate, floats, numbers } from '../nn/traced.fixture.ts'
import { expectNear } from '../tensor/finite-differences.fixture.ts'
import type { HostTensor } from '../tensor/types.ts'
import { newtonSchulz, updateRmsFactor } from './newton-schulz.ts'

const orthogonalised = (stack: HostTensor, steps = 5, scale = 1, dtype: 'f32' | 'bf16' = 'f32'): number[] =>
  evaluate([stack], (x) => [newtonSchulz(x!, steps, scale, dtype)])[0]!

/** Singular values by Jacobi's rotations of the rows (Hestenes 1958), for at most as many rows as columns. */
function singularValues(matrix: readonly (readonly number[])[]): number[] {
  const rows = matrix.map((row) => [...row])
  for (let sweep = 0; sweep < 30; sweep++)
    for (let i = 0; i < rows.length; i++)
      for (let j = i + 1; j < rows.length; j++) {
        const [x, y] = [rows[i]!, rows[j]!]
        const angle = 0.5 * Math.atan2(2 * inner(x, y), inner(x, x) - inner(y, y))
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        rows[i] = x.map((value, k) => c * value + s * y[k]!)
        rows[j] = x.map((value, k) => c * y[k]! - s * value)
      }
  return rows.map((row) => Math.sqrt(inner(row, row)))
}

test('golden values of the spec', () => {
  const wanted = [-0.46751857, 0.57347331, 0.07243229, 0.40945262, 0.61238314, 0.24543194]
  const result = orthogonalised(numbers([1, 3, 2], [1, 2, 3, 4, 5, 6]))
  expectNear(result, wanted)
  expectNear(singularValues(transposed(rowsOf(result, 2))).sort(), [0.698, 0.8176], 1e-4)
})

test('a tall matrix gives the transpose of what the wide one gives', () => {
  const wide = floats(1, [1, 3, 5])
  const tall = numbers([1, 5, 3], transposed(rowsOf(wide.data, 5)).flat())
  expectNear(transposed(rowsOf(orthogonalised(tall), 3)).flat(), orthogonalised(wide), 1e-12)
})

test('matrices of a stack do not meet', () => {
  const stack = floats(2, [3, 2, 4])
  const alone = [0, 1, 2].flatMap((i) =>
    orthogonalised(numbers([1, 2, 4], [...stack.data.slice(8 * i, 8 * i + 8)])),
  )
  expectNear(orthogonalised(stack), alone, 1e-12)
})

test('the scale multiplies', () => {
  const x = floats(3, [2, 3, 2])
  expectNear(
    orthogonalised(x, 5, 7),
    orthogonalised(x).map((value) => 7 * value),
  )
})

describe('in bf16 the iteration is another way to the same', () => {
  test.each([
    [3, 4, 7],
    [2, 7, 4],
    [1, 5, 5],
    [1, 1, 6],
  ])('%i matrices of %i × %i', (...shape) => {
    const x = floats(5, shape)
    for (const steps of [1, 2, 5])
      expectNear(orthogonalised(x, steps, 0.3, 'bf16'), orthogonalised(x, steps, 0.3), 1e-5)
  })

  test('of small, large and no numbers', () => {
    const x = floats(6, [1, 3, 5])
    const scaled = (factor: number) =>
      numbers(
        x.shape,
        [...x.data].map((value) => value * factor),
      )
    for (const factor of [2 ** -10, 2 ** 60])
      expectNear(orthogonalised(scaled(factor), 5, 1, 'bf16'), orthogonalised(scaled(factor)), 1e-5)
    expect(orthogonalised(scaled(0), 5, 1, 'bf16').every((value) => value === 0)).toBe(true)
  })
})

test('the size of the matrix does not matter, zeros stay zeros', () => {
  const x = floats(4, [1, 3, 4])
  const small = { ...x, data: x.data.map((value) => value / 1024) as Float32Array }
  expectNear(orthogonalised(small), orthogonalised(x), 1e-3)
  expect(orthogonalised(numbers([1, 2, 2], [0, 0, 0, 0]))).toEqual([0, 0, 0, 0])
})

describe('random matrices become nearly orthogonal', () => {
  test.each([
    [4, 4],
    [4, 9],
    [9, 4],
    [12, 12],
    [1, 6],
  ])('%i × %i', (rows, columns) => {
    for (const seed of [1, 2, 3]) {
      const result = rowsOf(orthogonalised(floats(seed, [1, rows, columns])), columns)
      const values = singularValues(rows > columns ? transposed(result) : result)
      expect(Math.min(...values)).toBeGreaterThan(0.6)
      expect(Math.max(...values)).toBeLessThan(1.25)
    }
  })
})

test.each([
  [6, 24],
  [24, 6],
])('an orthogonal %i × %i matrix times the factor has the RMS 0.2', (rows, columns) => {
  const rms = Math.sqrt(Math.min(rows, columns) / (rows * columns))
  expect(updateRmsFactor(rows, columns) * rms).toBeCloseTo(0.2, 12)
})
