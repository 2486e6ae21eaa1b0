import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinGroup } from '../files/process-group.ts'
import { deviceCount, type Mesh, type Placement, shardShape, shardStart } from '../tensor/mesh.ts'
import { sizeOf, type TypedArray } from '../tensor/types.ts'
import { openCheckpoint } from './open-checkpoint.ts'
import { scratchDirectory, waves } from './scratch.fixture.ts'
import { type Box, runsOf } from './shard-runs.ts'
import { writeCheckpointTensors } from './write-checkpoint-tensors.ts'
import { type ShardedTensor, shareOut, type TensorShard, writeShards } from './write-shards.ts'

const cut = (data: TypedArray, whole: readonly number[], box: Box): TypedArray => {
  const part = new Float32Array(sizeOf(box.shape))
  for (const { inWhole, inBox, length } of runsOf(whole, box))
    part.set(data.subarray(inWhole, inWhole + length), inBox)
  return part
}

const at = (shape: readonly number[], flat: number): number[] => {
  const index: number[] = []
  for (const size of shape.toReversed()) {
    index.unshift(flat % size)
    flat = Math.floor(flat / size)
  }
  return index
}

test('the runs of a box are its elements in order, as long as they can be', () => {
  const box = fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), from: fc.nat(3), to: fc.nat(3) }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(box, (dims) => {
      const whole = dims.map(({ size }) => size)
      const start = dims.map(({ size, from }) => Math.min(from, size - 1))
      const shape = dims.map(({ size, to }, d) => Math.min(to, size - start[d]!))
      const runs = [...runsOf(whole, { start, shape })]
      const inWhole = runs.flatMap((run) => Array.from({ length: run.length }, (_, i) => run.inWhole + i))
      const expected = Array.from({ length: sizeOf(shape) }, (_, i) =>
        at(shape, i).reduce((flat, index, d) => flat * whole[d]! + start[d]! + index, 0),
      )
      expect(inWhole).toEqual(expected)
    }),
  )
  expect([...runsOf([4, 2, 3], { start: [1, 0, 0], shape: [2, 2, 3] })]).toEqual([
    { inWhole: 6, inBox: 0, length: 12 },
  ])
})

const mesh: Mesh = {
  axes: [
    { name: 'data', size: 2 },
    { name: 'expert', size: 2 },
    { name: 'tensor', size: 2 },
  ],
}

/** A stack of four released tensors, two matrices and a vector, in every kind of cut. */
const model: readonly {
  readonly name: string
  readonly shape: readonly number[]
  readonly stack?: number
  readonly sharding: Placement['sharding']
}[] = [
  { name: 'stack', shape: [4, 6, 8], stack: 4, sharding: [['expert'], ['tensor'], []] },
  { name: 'rows', shape: [8, 6], sharding: [['data', 'expert'], ['tensor']] },
  { name: 'columns', shape: [4, 8], sharding: [[], ['tensor', 'data']] },
  { name: 'copied', shape: [5], sharding: [[]] },
]

const storedAs = ({ name, shape, stack }: (typeof model)[number]) =>
  stack === undefined
    ? [{ name, shape }]
    : Array.from({ length: stack }, (_, i) => ({ name: `${name}.${i}`, shape: shape.slice(1) }))

const dataOf = ({ shape }: (typeof model)[number], i: number): Float32Array =>
  waves(shape, i + 1).data as Float32Array

/** What a process with its share of the mesh's devices holds. */
function held(process: number, processes: number): ShardedTensor[] {
  const devices = Array.from({ length: deviceCount(mesh) }, (_, device) => device).filter(
    (device) => Math.floor((device * processes) / deviceCount(mesh)) === process,
  )
  return model.map((tensor, i) => {
    const { shape, sharding } = tensor
    const placement = { mesh, sharding }
    const shards = new Map<string, TensorShard>()
    for (const device of devices) {
      const box = { start: shardStart(shape, placement, device), shape: shardShape(shape, placement) }
      shards.set(box.start.join(), { ...box, data: cut(dataOf(tensor, i), shape, box) })
    }
    return {
      type: { dtype: 'f32', shape },
      stored: storedAs(tensor),
      readShards: async () => [...shards.values()],
    }
  })
}

test.each([
  [1, 1e9],
  [2, 1e9],
  [2, 300],
  [8, 300],
])('%i processes write the files of one, byte for byte', async (processes, maxShardBytes) => {
  await using dir = await scratchDirectory()
  const [together, alone] = [join(dir.path, 'together'), join(dir.path, 'alone')]
  await mkdir(together)
  await mkdir(alone)
  await Promise.all(
    Array.from({ length: processes }, async (_, id) => {
      const group = await joinGroup(join(dir.path, 'processes'), { id, count: processes, limit: 30 })
      const tensors = held(id, processes)
      const here = await shareOut(tensors, group)
      await writeShards(together, tensors, here, group, { maxShardBytes })
    }),
  )
  const entries = model.flatMap((tensor, i) => {
    const stored = storedAs(tensor)
    return stored.map(({ name, shape }, part) => {
      const data = dataOf(tensor, i).subarray(part * sizeOf(shape), (part + 1) * sizeOf(shape))
      const type = { dtype: 'f32', shape } as const
      return { name, type, read: () => ({ ...type, data }) }
    })
  })
  await writeCheckpointTensors(alone, entries, { maxShardBytes })
  const names = (await readdir(alone)).sort()
  expect((await readdir(together)).sort()).toEqual(names)
  for (const name of names)
    expect((await readFile(join(together, name))).equals(await readFile(join(alone, name)))).toBe(true)
  await using source = await openCheckpoint(together)
  expect(source.names.length).toBe(entries.length)
})

test('every shard is written once, and those that several hold are shared out', async () => {
  await using dir = await scratchDirectory()
  const here = await Promise.all(
    [0, 1].map(async (id) => {
      const group = await joinGroup(join(dir.path, 'processes'), { id, count: 2, limit: 30 })
      return shareOut(held(id, 2), group)
    }),
  )
  for (const [i] of model.entries()) {
    const [a, b] = here.map((written) => written[i]!)
    expect([...a!].filter((start) => b!.has(start))).toEqual([])
  }
  // Each holds the whole stack.
  expect(here.map((written) => written[0]!.size)).toEqual([2, 2])
})

test('a tensor of which a part is nowhere is not written', async () => {
  await using dir = await scratchDirectory()
  const group = await joinGroup(join(dir.path, 'processes'), { id: 0, count: 1, limit: 30 })
  await expect(shareOut(held(0, 2), group)).rejects.toThrow(/rows: the processes hold 24 of its 48 elements/)
})
