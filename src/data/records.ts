import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { fileError } from '../files/file-errors.ts'
import { UserError } from '../user-error.ts'
import { type OnBadInput, refuseBadInput } from './bad-input.ts'
import { type FoundFile, findCorpusFiles } from './corpus-files.ts'
import { type JsonObject, jsonObjects } from './json-objects.ts'
import { invalidUtf8, parquetRows } from './parquet-rows.ts'

/** A line of a JSONL file or a row of a Parquet file, and where it stands. */
export interface DataRecord {
  readonly file: string
  readonly place: string
  readonly value: JsonObject
}

/** Files of records. */
export interface RecordFiles {
  /** SHA-256 over ids, sizes and modification times of the files: tells data that have changed, without reading them. */
  readonly digest: string
  /** On disk. */
  readonly totalBytes: number
  /** Always in the same order. Bad input is refused unless `onBadInput` takes it. @throws UserError */
  readonly records: (onBadInput?: OnBadInput) => AsyncIterable<DataRecord>
}

/** As JSON would have it: 64-bit integers as numbers. Undefined where a string is not UTF-8. */
function plainValue(row: JsonObject): JsonObject | undefined {
  let isBroken = false
  const text = JSON.stringify(row, (_, value: unknown) => {
    isBroken ||= value === invalidUtf8
    return typeof value === 'bigint' ? Number(value) : value
  })
  return isBroken ? undefined : (JSON.parse(text) as JsonObject)
}

type Reader = (file: string, onBadInput: OnBadInput) => AsyncIterable<DataRecord>

const readers: Readonly<Record<string, Reader>> = {
  '.jsonl': async function* (file, onBadInput) {
    for await (const line of jsonObjects(file)) {
      const place = `line ${line.number}`
      if ('reason' in line) onBadInput({ file, place, reason: line.reason })
      else yield { file, place, value: line.value }
    }
  },
  '.parquet': async function* (file, onBadInput) {
    for await (const { number, row } of parquetRows(file, onBadInput)) {
      const place = `row ${number}`
      const value = plainValue(row)
      if (value === undefined) onBadInput({ file, place, reason: 'not UTF-8 text' })
      else yield { file, place, value }
    }
  },
}

const readerOf = ({ path }: FoundFile): Reader | undefined => readers[extname(path).toLowerCase()]

/**
 * Opens files of records: a file, or all of a directory's, at any depth.
 *
 * @throws UserError when the path is missing or unreadable, or holds no such file
 */
export async function openRecords(path: string): Promise<RecordFiles> {
  const files = (await findCorpusFiles(path)).filter((file) => readerOf(file) !== undefined)
  if (files.length === 0)
    throw new UserError(
      `${path}: no ${Object.keys(readers).join(' or ')} file here, which is what conversations are read from`,
    )
  const identity = files.map(({ id, size, modifiedMs }) => [id, size, modifiedMs])
  return {
    digest: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    records: async function* (onBadInput = refuseBadInput) {
      for (const file of files) {
        try {
          yield* readerOf(file)!(file.path, onBadInput)
        } catch (error) {
          throw fileError(error, 'read', file.path)
        }
      }
    },
  }
}
