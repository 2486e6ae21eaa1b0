import { isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { OnBadInput } from './bad-input.ts'
import type { JsonObject } from './json-objects.ts'

/** Stands for a string that is not UTF-8. */
export const invalidUtf8 = Symbol('invalid UTF-8')

// The library would replace invalid bytes silently.
const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined) =>
    bytes && (isUtf8(bytes) ? new TextDecoder().decode(bytes) : invalidUtf8),
}

const asyncBuffer = async (handle: FileHandle): Promise<AsyncBuffer> => {
  const byteLength = (await handle.stat()).size
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length)
        throw new Error(`${bytes.length} bytes at ${start} reach past the end of the file`)
      return bytes.buffer
    },
  }
}

const columnNames = ({ schema }: FileMetaData): string[] => {
  // The schema lists the tree in preorder; a nested column's own children are not columns of the table.
  const names: string[] = []
  let index = 1
  const skip = (): void => {
    const children = schema[index++]?.num_children ?? 0
    for (let child = 0; child < children; child++) skip()
  }
  while (index < schema.length) {
    names.push(schema[index]!.name)
    skip()
  }
  return names
}

export interface ParquetRow {
  /** From 1. */
  readonly number: number
  readonly row: JsonObject
}

/**
 * The rows of a Parquet file. Row groups are decoded one by one, so memory holds one row group's columns, not the file.
 *
 * @param column only this one; the file must have it. All of them without it.
 */
export async function* parquetRows(
  path: string,
  onBadInput: OnBadInput,
  column?: string,
): AsyncGenerator<ParquetRow> {
  await using handle = await open(path)
  const broken = (error: unknown) => `not a readable Parquet file (${(error as Error).message})`
  let file: AsyncBuffer
  let metadata: FileMetaData
  try {
    file = await asyncBuffer(handle)
    metadata = await parquetMetadataAsync(file)
  } catch (error) {
    onBadInput({ file: path, reason: broken(error) })
    return
  }
  const names = columnNames(metadata)
  if (column !== undefined && !names.includes(column)) {
    const reason = `column "${column}" is missing (there are: ${names.join(', ') || 'none'})`
    onBadInput({ file: path, reason })
    return
  }
  const columns = column === undefined ? names : [column]
  let rowStart = 0
  for (const [group, { num_rows }] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(num_rows)
    let rows: Record<string, unknown>[] = []
    try {
      rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors, parsers })
    } catch (error) {
      onBadInput({ file: path, place: `row group ${group + 1}`, reason: broken(error) })
    }
    for (const [offset, row] of rows.entries()) yield { number: rowStart + offset + 1, row }
    rowStart = rowEnd
  }
}
