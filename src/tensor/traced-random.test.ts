import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interpret } from '../engine/reference/interpret.ts'
import { iota } from './ops/leaf.ts'
import { fillNormal } from './random.ts'
import { trace } from './trace.ts'
import { normalsAt } from './traced-random.ts'

const word = { dtype: 'u32', shape: [] } as const
const count = 33
const program = trace('normals', [word, word], (seed, stream) => [
  normalsAt(iota([count], 0, 'u32'), seed!, stream!, 0.02),
])

test('the numbers are those that the host makes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(5000), (seed, stream) => {
      const wanted = new Float32Array(count)
      fillNormal(wanted, seed, stream, 0.02)
      const [found] = interpret(program, [{ data: [seed] }, { data: [stream] }])
      const apart = Math.max(...wanted.map((x, i) => Math.abs(x - found!.data[i]!)))
      expect(apart).toBeLessThan(1e-7)
    }),
  )
})
