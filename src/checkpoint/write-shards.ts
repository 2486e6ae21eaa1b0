import { writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { writeFully } from '../files/atomic-file.ts'
import { fileError } from '../files/file-errors.ts'
import { writeJson } from '../files/json-file.ts'
import type { ProcessGroup } from '../files/process-group.ts'
import { bytesPerElement, type Shape, sizeOf, type Type, type TypedArray } from '../tensor/types.ts'
import { indexName } from './shard-index.ts'
import { type Box, runsOf } from './shard-runs.ts'
import { planFiles, type WriteOptions } from './write-checkpoint-tensors.ts'
import { planSafetensors } from './write-safetensors.ts'

/** A part of a tensor. */
export interface TensorShard extends Box {
  readonly data: TypedArray
}

/** A tensor of which this process holds shards. Those of all processes cover it; some may be held by several. */
export interface ShardedTensor {
  readonly type: Type
  /** The tensors it is stored as, of equal shapes: one after the other their elements are its elements. */
  readonly stored: readonly { readonly name: string; readonly shape: Shape }[]
  readonly readShards: () => Promise<readonly TensorShard[]>
}

/** For each tensor, where the shards begin that this process writes. */
export type WrittenHere = readonly ReadonlySet<string>[]

const keyOf = ({ start }: Box): string => start.join(',')

/**
 * Agrees with the other processes on who writes which shard: those that several hold are shared out. It reads every
 * shard once to know it; the answer holds as long as the tensors lie where they do.
 *
 * @throws Error if some part of a tensor is nowhere
 */
export async function shareOut(tensors: readonly ShardedTensor[], group: ProcessGroup): Promise<WrittenHere> {
  const held: Box[][] = []
  for (const { readShards } of tensors)
    held.push((await readShards()).map(({ start, shape }) => ({ start, shape })))
  const told = await group.exchange('the shards of a checkpoint', JSON.stringify(held))
  const everywhere = told.map((text) => JSON.parse(text) as Box[][])
  return tensors.map(({ type, stored }, i) => {
    const holders = new Map<string, { readonly elements: number; readonly processes: number[] }>()
    for (const [process, boxes] of everywhere.entries())
      for (const box of boxes[i] ?? []) {
        const known = holders.get(keyOf(box))
        if (known === undefined)
          holders.set(keyOf(box), { elements: sizeOf(box.shape), processes: [process] })
        else known.processes.push(process)
      }
    const found = [...holders.values()].reduce((sum, { elements }) => sum + elements, 0)
    if (found !== sizeOf(type.shape))
      throw new Error(
        `${stored[0]?.name}: the processes hold ${found} of its ${sizeOf(type.shape)} elements; it cannot be written`,
      )
    const here = [...holders].filter(
      ([, { processes }], shard) => processes[(i + shard) % processes.length] === group.id,
    )
    return new Set(here.map(([key]) => key))
  })
}

/** Shorter runs are written at once: a call of the event loop would cost more than they do. */
const shortRun = 1 << 16

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  if (bytes.length >= shortRun) return writeFully(file, bytes, position)
  for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at, bytes.length - at, position + at)
}

interface Place {
  readonly file: FileHandle
  readonly position: number
}

/** Writes a shard into the files of the tensors that its tensor is stored as. */
async function writeShard({ type, stored }: ShardedTensor, shard: TensorShard, places: readonly Place[]) {
  const width = bytesPerElement(type.dtype)
  const { data } = shard
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const partSize = sizeOf(stored[0]!.shape)
  for (const { inWhole, inBox, length } of runsOf(type.shape, shard)) {
    for (let done = 0; done < length; ) {
      const at = inWhole + done
      const part = Math.floor(at / partSize)
      const count = Math.min(length - done, (part + 1) * partSize - at)
      const { file, position } = places[part]!
      const begin = (inBox + done) * width
      await writeAt(
        file,
        bytes.subarray(begin, begin + count * width),
        position + (at - part * partSize) * width,
      )
      done += count
    }
  }
  await setImmediate()
}

/**
 * Writes tensors whose shards several processes hold, in the files that one process would write: each process writes
 * its shards where they belong. So a checkpoint does not show how the devices were arranged, and goes on with others.
 *
 * @param directory on a file system that all processes share
 * @throws UserError where the file system refuses, or another process failed
 */
export async function writeShards(
  directory: string,
  tensors: readonly ShardedTensor[],
  here: WrittenHere,
  group: ProcessGroup,
  options: WriteOptions = {},
): Promise<void> {
  const { base = 'model' } = options
  const entries = tensors.flatMap(({ type, stored }) =>
    stored.map(({ name, shape }) => ({ name, type: { dtype: type.dtype, shape } })),
  )
  const { files, index } = planFiles(directory, entries, options)
  const plans = files.map((file) => ({ path: join(directory, file.name), ...planSafetensors(file.entries) }))
  // All have looked that the directory is empty before there is something in it.
  await group.exchange(`the files of ${base} are planned`)
  const opened: FileHandle[] = []
  try {
    if (group.id === 0)
      for (const { path, header, size } of plans) {
        await using file = await open(path, 'wx')
        await writeFully(file, header)
        await file.truncate(size)
      }
    await group.exchange(`the files of ${base} are there`)
    const places = new Map<string, Place>()
    for (const { path, positions } of plans) {
      const file = await open(path, 'r+')
      opened.push(file)
      for (const [name, position] of positions) places.set(name, { file, position })
    }
    for (const [i, tensor] of tensors.entries()) {
      const mine = here[i]!
      if (mine.size === 0) continue
      const at = tensor.stored.map(({ name }) => places.get(name)!)
      for (const shard of await tensor.readShards())
        if (mine.has(keyOf(shard))) await writeShard(tensor, shard, at)
    }
    for (const file of opened) await file.sync()
  } catch (error) {
    throw fileError(error, `write ${base} in`, directory)
  } finally {
    for (const file of opened) await file.close()
  }
  await group.exchange(`${base} is written`)
  // The index comes last: without it nobody takes an unfinished set of shards for a model.
  if (group.id === 0 && index !== null) await writeJson(join(directory, indexName(base)), index)
}
