import { writeFileAtomic, writeFully } from '../files/atomic-file.ts'
import { byteSize, bytesPerElement, sameType, showType } from '../tensor/types.ts'
import { encodeHeader, type StoredTensor } from './safetensors-header.ts'
import { tagOf } from './stored-dtypes.ts'
import type { TensorEntry } from './tensor-source.ts'

/** Tensors of wide elements go first, so that each begins at a multiple of its element size. */
const aligned = <E extends Pick<TensorEntry, 'type'>>(entries: readonly E[]): E[] =>
  entries.toSorted((a, b) => bytesPerElement(b.type.dtype) - bytesPerElement(a.type.dtype))

function layOut(entries: readonly Pick<TensorEntry, 'name' | 'type'>[]): StoredTensor[] {
  const names = new Set<string>()
  let end = 0
  return entries.map(({ name, type }) => {
    if (name === '__metadata__' || names.has(name))
      throw new Error(`two tensors cannot both be called ${name}`)
    names.add(name)
    const begin = end
    end += byteSize(type)
    return { name, dtype: tagOf[type.dtype], shape: type.shape, begin, end }
  })
}

/** What Hugging Face's loaders look for before they accept a file. */
const defaultMetadata = { format: 'pt' }

/** A file before its data. */
export interface SafetensorsPlan<E> {
  /** In the order of the file. */
  readonly entries: readonly E[]
  readonly header: Uint8Array
  /** Where each tensor's data begins in the file, by name. */
  readonly positions: ReadonlyMap<string, number>
  readonly size: number
}

/** Where the tensors of a file will lie. */
export function planSafetensors<E extends Pick<TensorEntry, 'name' | 'type'>>(
  entries: readonly E[],
  metadata: Readonly<Record<string, string>> = defaultMetadata,
): SafetensorsPlan<E> {
  const ordered = aligned(entries)
  const tensors = layOut(ordered)
  const header = encodeHeader({ tensors, metadata })
  return {
    entries: ordered,
    header,
    positions: new Map(tensors.map(({ name, begin }) => [name, header.length + begin])),
    size: header.length + (tensors.at(-1)?.end ?? 0),
  }
}

/**
 * Writes a safetensors file whole or not at all, one tensor in memory at a time.
 * After a failure, a full disk included, an older file of that name is untouched.
 *
 * @throws UserError where the file system refuses
 */
export async function writeSafetensors(
  path: string,
  entries: readonly TensorEntry[],
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const { entries: ordered, header } = planSafetensors(entries, metadata)
  await writeFileAtomic(path, async (file) => {
    await writeFully(file, header)
    for (const { name, type, read } of ordered) {
      const tensor = await read()
      const { data } = tensor
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      if (!sameType(tensor, type) || bytes.length !== byteSize(type))
        throw new Error(
          `${name}: ${showType(type)} was announced, ${showType(tensor)} of ${bytes.length} bytes came`,
        )
      await writeFully(file, bytes)
    }
  })
}
