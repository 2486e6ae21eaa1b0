import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputBatches } from './input-batches.ts'

async function* slowly<T>(values: readonly T[], ticks: (i: number) => number): AsyncGenerator<T> {
  for (const [i, value] of values.entries()) {
    for (let tick = 0; tick < ticks(i); tick++) await new Promise(setImmediate)
    yield value
  }
}

describe('inputBatches', () => {
  it('gives every value once, in order, in batches of at most the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat()),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (values, size, async) => {
          const source = async ? slowly(values, (i) => i % 3) : values
          const batches = await Array.fromAsync(inputBatches(source, size))
          expect(batches.flat()).toEqual(values)
          for (const batch of batches) expect(batch.length >= 1 && batch.length <= size).toBe(true)
        },
      ),
    )
  })

  it('does not hold back what has come while more is slow to come', async () => {
    const last = Promise.withResolvers<void>()
    async function* source() {
      yield 1
      yield 2
      await last.promise
      yield 3
    }
    const batches = inputBatches(source(), 10)
    const first = (await batches.next()).value
    last.resolve()
    const rest = await Array.fromAsync(batches)
    expect([first, ...rest].flat()).toEqual([1, 2, 3])
    expect(first).not.toContain(3)
  })

  it('closes the source when the reader leaves, and hands on what it throws', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield 1
      } finally {
        closed = true
      }
    }
    for await (const _ of inputBatches(source(), 2)) break
    expect(closed).toBe(true)
    async function* broken() {
      yield 1
      throw new Error('line 7 is no JSON')
    }
    await expect(Array.fromAsync(inputBatches(broken(), 2))).rejects.toThrow('line 7 is no JSON')
  })
})
