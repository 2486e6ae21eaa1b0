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

/** The side-car of a trajectory file; it is opened when something of it is first read. */
export function openTokenFile(trajectories: string): TokenFile {
  const path = tokenFilePath(trajectories)
  let opened: FileHandle | undefined
  return {
    async read({ offset, length, crc32: expected }, where) {
      if (length === 0) return new Uint8Array()
      opened ??= await openWithHeader(path, where)
      const { size } = await opened.stat()
      if (offset + length > size)
        throw new UserError(
          `${path}: ends after ${size} bytes, and ${where} refers to tokens up to byte ${offset + length}; it was cut off, or is of other trajectories`,
        )
      const bytes = new Uint8Array(length)
      await readFully(opened, bytes, offset)
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
