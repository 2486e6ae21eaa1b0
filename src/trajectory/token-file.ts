import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { readFully } from '../files/atomic-file.ts'
import { fileError, fileErrorCode } from '../files/file-errors.ts'
import { UserError } from '../user-error.ts'
import type { IdsReference } from './token-record.ts'

/** The first bytes of every side-car. */
export const tokenFileHeader: Uint8Array = new TextEncoder().encode('tsukimi-tokens-1')

/** `runs/a.tokens.bin` for `runs/a.jsonl`. */
export const tokenFilePath = (path: string): string =>
  join(dirname(path), `${basename(path).replace(/\.jsonl$/, '')}.tokens.bin`)

/** Where the tokens of a trajectory file lie. */
export interface TokenFile extends AsyncDisposable {
  /**
   * The bytes of a reference.
   *
   * @param where file, line and path of what refers to them, for messages
   * @throws UserError where the side-car is missing, ends before them or holds others
   */
  read(reference: IdsReference, where: string): Promise<Uint8Array>
}

async function openWithHeader(path: string, where: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((error) => {
    if (fileErrorCode(error) === 'ENOENT')
      throw new UserError(
        `${path}: missing, and ${where} refers to tokens in it; keep it beside the trajectories that it was written with`,
      )
    throw fileError(error, 'read', path)
  })
  const header = new Uint8Array(tokenFileHeader.length)
  if ((await readFully(file, header, 0)) && Buffer.compare(header, tokenFileHeader) === 0) return file
  await file.close()
  throw new UserError(`${path}: no side-car of trajectories: it does not begin with "tsukimi-tokens-1"`)
}

/** Read at once, since what comes next lies behind. */
const windowBytes = 2 ** 18

/** The side-car of a trajectory file; it is opened when something of it is first read. */
export function openTokenFile(trajectories: string): TokenFile {
  const path = tokenFilePath(trajectories)
  let opened: FileHandle | undefined
  let window = { at: 0, bytes: new Uint8Array() }

  /** Bytes from an offset on, as many as are asked for where the file has them. */
  const bytesAt = async (file: FileHandle, offset: number, length: number): Promise<Uint8Array> => {
    const from = offset - window.at
    if (from < 0 || from + length > window.bytes.length) {
      const { size } = await file.stat()
      const bytes = new Uint8Array(Math.max(0, Math.min(size - offset, Math.max(length, windowBytes))))
      await readFully(file, bytes, offset)
      window = { at: offset, bytes }
    }
    // A copy: whoever keeps it shall not keep the window.
    return window.bytes.slice(offset - window.at, offset - window.at + length)
  }

  return {
    async read({ offset, length, crc32: expected }, where) {
      if (length === 0) return new Uint8Array()
      opened ??= await openWithHeader(path, where)
      const bytes = await bytesAt(opened, offset, length)
      if (bytes.length < length)
        throw new UserError(
          `${path}: ends after ${(await opened.stat()).size} bytes, and ${where} refers to tokens up to byte ${offset + length}; it was cut off, or is of other trajectories`,
        )
      if (crc32(bytes) !== expected)
        throw new UserError(
          `${path}: what lies at byte ${offset} is not what ${where} refers to (its CRC-32 differs); it is damaged, or of other trajectories`,
        )
      return bytes
    },
    async [Symbol.asyncDispose]() {
      await opened?.close()
    },
  }
}
