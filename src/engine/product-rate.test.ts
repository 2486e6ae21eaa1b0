import { expect, test } from 'vitest'
import { factors } from './product-rate.ts'

test.each(['f32', 'bf16'] as const)('what is multiplied in %s is of both signs and not small', (dtype) => {
  const data = factors({ dtype, shape: [64, 64] })
  const values =
    dtype === 'f32'
      ? Array.from(data)
      : Array.from(new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer))
  expect(values.every((x) => Math.abs(x) <= 1)).toBe(true)
  expect(values.filter((x) => x > 0).length).toBeGreaterThan(values.length / 3)
  expect(values.filter((x) => x < 0).length).toBeGreaterThan(values.length / 3)
  expect(values.filter((x) => Math.abs(x) >= 0.5).length).toBeGreaterThan(values.length / 3)
})
