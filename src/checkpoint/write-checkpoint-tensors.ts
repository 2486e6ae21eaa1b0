import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeJson } from '../files/json-file.ts'
import { byteSize } from '../tensor/types.ts'
import { UserError } from '../user-error.ts'
import { indexName, shardName, singleName } from './shard-index.ts'
import type { TensorEntry } from './tensor-source.ts'
import { writeSafetensors } from './write-safetensors.ts'

/** What Hugging Face's writer takes for the largest file. */
const defaultShardBytes = 5e9

type Named = Pick<TensorEntry, 'name' | 'type'>

/** Entries in their order, cut before a shard would pass the limit; one larger tensor has a shard of its own. */
function cut<E extends Named>(entries: readonly E[], maxShardBytes: number): E[][] {
  const shards: E[][] = [[]]
  let filled = 0
  for (const entry of entries) {
    const bytes = byteSize(entry.type)
    if (filled > 0 && filled + bytes > maxShardBytes) {
      shards.push([])
      filled = 0
    }
    shards.at(-1)!.push(entry)
    filled += bytes
  }
  return shards
}

export interface WriteOptions {
  readonly base?: string
  /** Largest size of one file's tensors. */
  readonly maxShardBytes?: number
}

/** The files that tensors go to, and their index where there are several. */
export interface FilesPlan<E> {
  readonly files: readonly { readonly name: string; readonly entries: readonly E[] }[]
  readonly index: object | null
}

/**
 * Which file each tensor goes to, as Hugging Face's loaders expect them: one file, or shards and an index where one
 * would be larger than `maxShardBytes`. The directory must not hold tensors of that name yet: several files cannot
 * replace several others at once.
 *
 * @throws UserError where it does
 */
export function planFiles<E extends Named>(
  directory: string,
  entries: readonly E[],
  { base = 'model', maxShardBytes = defaultShardBytes }: WriteOptions,
): FilesPlan<E> {
  for (const name of [singleName(base), indexName(base)])
    if (existsSync(join(directory, name)))
      throw new UserError(`${directory}: already holds ${name}. Choose an empty directory`)
  const shards = cut(entries, maxShardBytes)
  if (shards.length === 1) return { files: [{ name: singleName(base), entries }], index: null }
  const files = shards.map((shard, i) => ({ name: shardName(base, i + 1, shards.length), entries: shard }))
  return {
    files,
    index: {
      metadata: { total_size: entries.reduce((sum, { type }) => sum + byteSize(type), 0) },
      weight_map: Object.fromEntries(
        files.flatMap((file) => file.entries.map(({ name }) => [name, file.name])),
      ),
    },
  }
}

/**
 * Writes tensors into a directory, in the files of {@link planFiles}.
 *
 * @throws UserError where it holds some already, or the file system refuses
 */
export async function writeCheckpointTensors(
  directory: string,
  entries: readonly TensorEntry[],
  options: WriteOptions = {},
): Promise<void> {
  const { files, index } = planFiles(directory, entries, options)
  for (const file of files) await writeSafetensors(join(directory, file.name), file.entries)
  // The index comes last: without it nobody takes an unfinished set of shards for a model.
  if (index !== null) await writeJson(join(directory, indexName(options.base ?? 'model')), index)
}
