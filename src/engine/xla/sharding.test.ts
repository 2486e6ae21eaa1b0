import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  deviceCount,
  type Layout,
  type Mesh,
  type Placement,
  shardShape,
  shardStart,
} from '../../tensor/mesh.ts'
import { type Shape, sizeOf, type Type } from '../../tensor/types.ts'
import { UserError } from '../../user-error.ts'
import { createXlaEngine, type XlaEngine } from './engine.ts'
import {
  buildFakePlugin,
  copyOf,
  type FakePlugin,
  fakeProgram,
  fakeText,
  noCompiler,
  resetFake,
} from './fake-plugin.fixture.ts'
import { contiguousOffset, putBox, takeBox } from './shard-copy.ts'

const numbered = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, (_, i) => i)

/** A mesh of up to 8 devices, and a tensor that divides among them in some way. */
const placed = fc
  .record({
    sizes: fc.array(fc.constantFrom(1, 2, 4), { minLength: 1, maxLength: 3 }).filter((s) => sizeOf(s) <= 8),
    rank: fc.integer({ min: 0, max: 3 }),
    seed: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  })
  .map(({ sizes, rank, seed }): { shape: Shape; placement: Placement } => {
    const mesh: Mesh = { axes: sizes.map((size, i) => ({ name: `a${i}`, size })) }
    const sharding: string[][] = Array.from({ length: rank }, () => [])
    // Each axis splits one dimension or none.
    mesh.axes.forEach(({ name }, i) => {
      const d = seed[i]! % (rank + 1)
      sharding[d]?.push(name)
    })
    const shape = sharding.map(
      (axes, d) =>
        axes.reduce((n, name) => n * mesh.axes.find((a) => a.name === name)!.size, 1) *
        ((seed[3 + d]! % 3) + 1),
    )
    return { shape, placement: { mesh, sharding } }
  })

/** Element by element: what the copies by runs are compared with. */
function slowBox(whole: Float32Array, shape: Shape, start: Shape, box: Shape): Float32Array {
  return Float32Array.from({ length: sizeOf(box) }, (_, i) => {
    let rest = i
    let offset = 0
    for (let d = shape.length - 1, stride = 1; d >= 0; stride *= shape[d]!, d--) {
      offset += (start[d]! + (rest % box[d]!)) * stride
      rest = Math.floor(rest / box[d]!)
    }
    return whole[offset]!
  })
}

test('boxes are taken out of arrays and put back', () => {
  fc.assert(
    fc.property(placed, ({ shape, placement }) => {
      const whole = numbered(shape)
      const again = new Float32Array(whole.length).fill(-1)
      const box = shardShape(shape, placement)
      for (let device = 0; device < deviceCount(placement.mesh); device++) {
        const start = shardStart(shape, placement, device)
        const expected = slowBox(whole, shape, start, box)
        const part = new Float32Array(sizeOf(box))
        takeBox(whole, shape, { start, shape: box }, part)
        expect(part).toEqual(expected)
        putBox(again, shape, { start, shape: box }, part)
        const offset = contiguousOffset(shape, { start, shape: box })
        if (offset !== undefined) expect(whole.subarray(offset, offset + part.length)).toEqual(expected)
      }
      expect(again).toEqual(whole)
    }),
  )
  // Rows of a matrix are one run, columns are not.
  expect(contiguousOffset([4, 6], { start: [2, 0], shape: [2, 6] })).toBe(12)
  expect(contiguousOffset([4, 6], { start: [0, 3], shape: [4, 3] })).toBeUndefined()
  expect(contiguousOffset([4, 6], { start: [1, 3], shape: [1, 3] })).toBe(9)
})

test('long runs are copied too', () => {
  const whole = numbered([3, 100])
  const part = new Float32Array(2 * 40)
  takeBox(whole, [3, 100], { start: [1, 50], shape: [2, 40] }, part)
  expect(part).toEqual(slowBox(whole, [3, 100], [1, 50], [2, 40]))
})

describe.skipIf(noCompiler !== undefined)(`tensors spread over fake devices ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  let engine: XlaEngine
  beforeAll(async () => {
    fake = buildFakePlugin()
    fake.set({ devices: 8 })
    engine = await createXlaEngine({ plugin: fake.path, cacheDirectory: null })
  })
  afterAll(async () => {
    engine[Symbol.dispose]()
    await engine.closed
    expect(fake.leaks()).toEqual({})
    resetFake(fake)
    fake[Symbol.dispose]()
  })
  afterEach(() => expect(fake.leaks()).toEqual({ clients: 1 }))

  test('are read as they were', async () => {
    await fc.assert(
      fc.asyncProperty(placed, async ({ shape, placement }) => {
        const data = numbered(shape)
        using buffer = engine.upload({ dtype: 'f32', shape }, data, placement)
        expect(buffer.handles).toHaveLength(deviceCount(placement.mesh))
        expect(await buffer.read()).toEqual(data)
        const shards = await buffer.readShards()
        // Each distinct part once: together they are the whole, without overlap.
        expect(shards.reduce((sum, shard) => sum + shard.data.length, 0)).toBe(data.length)
        for (const shard of shards) expect(shard.data).toEqual(slowBox(data, shape, shard.start, shard.shape))
      }),
      { numRuns: 60 },
    )
  })

  const mesh: Mesh = {
    axes: [
      { name: 'data', size: 2 },
      { name: 'expert', size: 4 },
    ],
  }
  const whole: Type = { dtype: 'f32', shape: [8, 4] }
  const shard: Type = { dtype: 'f32', shape: [1, 4] }
  const sharding = [['data', 'expert'], []]
  const layout: Layout = { mesh, inputs: [sharding], outputs: [sharding] }

  test('are computed on where they lie, in the order of the mesh, and donated', async () => {
    using step = await engine.load(fakeText(copyOf(shard, 0, 1), 'donate 1'), fakeProgram([shard], [shard]), {
      donate: 1,
      layout,
    })
    expect(fake.get('partitions')).toBe(8)
    const state = engine.upload(whole, numbered(whole.shape), { mesh, sharding })
    const [next] = await step.run([state])
    expect(next!.shape).toEqual([8, 4])
    expect(await next!.read()).toEqual(numbered(whole.shape).map((x) => x + 1))
    await expect(step.run([state])).rejects.toThrow('its buffer was donated')
    using elsewhere = engine.upload(whole)
    await expect(step.run([elsewhere])).rejects.toThrow(
      'tiny: input 0 (f32[8,4]): lies as [-,-] on 1 devices, the program takes it as [data*expert,-] on 8',
    )
    next![Symbol.dispose]()
  })

  test('axes of size 1 make no difference', async () => {
    const one: Mesh = { axes: [{ name: 'data', size: 1 }] }
    using step = await engine.load(fakeText(copyOf(whole, 0)), fakeProgram([whole], [whole]), {
      layout: { mesh: one, inputs: [[['data'], []]], outputs: [[[], []]] },
    })
    using input = engine.upload(whole, numbered(whole.shape))
    const [output] = await step.run([input])
    expect(await output!.read()).toEqual(numbered(whole.shape))
    output![Symbol.dispose]()
  })

  test('a mesh that does not fit is refused', async () => {
    const large: Mesh = { axes: [{ name: 'data', size: 16 }] }
    const placement: Placement = { mesh: large, sharding: [['data']] }
    const spread = () => engine.upload({ dtype: 'f32', shape: [16] }, undefined, placement)
    expect(spread).toThrow(UserError)
    expect(spread).toThrow('The mesh data=16 has 16 devices, the xla engine 8')
    expect(() =>
      engine.upload({ dtype: 'f32', shape: [3, 4] }, undefined, { mesh, sharding: [['data'], []] }),
    ).toThrow('dimension 0 of [3,4] does not divide into 2 shards')
  })
})
