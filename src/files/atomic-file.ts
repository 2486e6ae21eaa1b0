import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from './file-errors.ts'

/** libuv refuses single reads and writes of 2 GiB and more. */
const largestTransfer = 2 ** 30

/** A name in the same directory that no other writer takes. */
export const temporaryName = (name: string): string =>
  `.tmp-${name}-${process.pid}-${randomBytes(4).toString('hex')}`

/**
 * Writes a file whole or not at all: into a temporary file beside it, to the disk, then renamed.
 * After any failure, a full disk included, the temporary file is gone and the old file is as it was.
 *
 * @throws UserError where the file system refuses
 */
export async function writeFileAtomic(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)))
  try {
    const file = await open(temporary, 'wx')
    try {
      await fill(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileError(error, 'write', path)
  }
}

/** Writes all bytes, however many system calls it takes: at a position of the file, or after what was written last. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(bytes.length - at, largestTransfer)
    const target = position === undefined ? null : position + at
    const { bytesWritten } = await file.write(bytes, at, length, target)
    at += bytesWritten
  }
}

/** Fills `bytes` from a position of the file; false where the file ends before. */
export async function readFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<boolean> {
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(bytes.length - at, largestTransfer)
    const { bytesRead } = await file.read(bytes, at, length, position + at)
    if (bytesRead === 0) return false
    at += bytesRead
  }
  return true
}

/** Makes the names in a directory durable. Systems that cannot (Windows, some network disks) do without. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined)
  if (directory === undefined) return
  try {
    await directory.sync()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'EBADF'].includes(code ?? '')) throw error
  } finally {
    await directory.close()
  }
}

/** Writes a file from what is there already, whole or not at all. */
export const writeBytesAtomic = (path: string, data: string | Uint8Array): Promise<void> =>
  writeFileAtomic(path, (file) =>
    writeFully(file, typeof data === 'string' ? new TextEncoder().encode(data) : data),
  )
