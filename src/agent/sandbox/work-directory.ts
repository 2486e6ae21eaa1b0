import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { fileErrorCode } from '../../files/file-errors.ts'
import { UserError } from '../../user-error.ts'
import type { SandboxFile } from './sandbox.ts'
import { pathParts } from './work-path.ts'

/**
 * Files of a directory that a program inside may change at any moment, read and written from outside. Each part of a
 * path is opened by itself, below the one before and never through a link, so nothing outside is ever reached.
 */

const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants

/** A name below an open directory, as the kernel resolves it whatever happens to the path. */
const below = (directory: FileHandle, name: string): string => `/proc/self/fd/${directory.fd}/${name}`

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

function refusal(error: unknown, verb: string, path: string): unknown {
  const code = codeOf(error)
  if (code === 'ELOOP' || code === 'EMLINK')
    return new UserError(`cannot ${verb} ${path}: it is a symbolic link, which is not followed`)
  if (code === 'ENOTDIR')
    return new UserError(`cannot ${verb} ${path}: a part of the path is a link or no directory`)
  if (code === 'ENOENT') return new UserError(`cannot ${verb} ${path}: there is no such file`)
  if (code === 'EISDIR') return new UserError(`cannot ${verb} ${path}: it is a directory`)
  return code !== undefined && fileErrorCode(error) !== undefined
    ? new UserError(`cannot ${verb} ${path}: ${code}`)
    : error
}

/** Runs `use` with the directory that holds the path's last part. */
async function inDirectory<T>(
  root: string,
  parts: readonly string[],
  owner: number | undefined,
  use: (directory: FileHandle) => Promise<T>,
): Promise<T> {
  let directory = await open(root, O_RDONLY | O_DIRECTORY)
  try {
    for (const part of parts.slice(0, -1)) {
      const path = below(directory, part)
      const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
      if (owner !== undefined)
        await mkdir(path, 0o755).catch((error) => {
          if (codeOf(error) !== 'EEXIST') throw error
        })
      const next = await open(path, flags)
      if (owner !== undefined && owner >= 0) await next.chown(owner, owner)
      await directory.close()
      directory = next
    }
    return await use(directory)
  } finally {
    await directory.close()
  }
}

export async function readWorkFile(root: string, path: string, most: number): Promise<Buffer> {
  const parts = pathParts(path)
  try {
    return await inDirectory(root, parts, undefined, async (directory) => {
      await using file = await open(below(directory, parts.at(-1)!), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const found = await file.stat()
      if (!found.isFile()) throw new UserError(`cannot read ${path}: it is no ordinary file`)
      if (found.size > most)
        throw new UserError(`cannot read ${path}: it has ${found.size} bytes, more than ${most}`)
      const bytes = Buffer.alloc(found.size)
      const { bytesRead } = await file.read(bytes, 0, found.size, 0)
      return bytes.subarray(0, bytesRead)
    })
  } catch (error) {
    throw refusal(error, 'read', path)
  }
}

/** @param owner user that the file and new directories are given to; −1 leaves them ours */
export async function writeWorkFile(
  root: string,
  path: string,
  content: string | Uint8Array,
  owner: number,
): Promise<void> {
  const parts = pathParts(path)
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK
  try {
    await inDirectory(root, parts, owner, async (directory) => {
      await using file = await open(below(directory, parts.at(-1)!), flags, 0o644)
      if (!(await file.stat()).isFile()) throw new UserError(`cannot write ${path}: it is no ordinary file`)
      await file.writeFile(content)
      if (owner >= 0) await file.chown(owner, owner)
    })
  } catch (error) {
    throw refusal(error, 'write', path)
  }
}

export async function removeWorkFile(root: string, path: string): Promise<void> {
  const parts = pathParts(path)
  try {
    await inDirectory(root, parts, undefined, (directory) =>
      rm(below(directory, parts.at(-1)!), { recursive: true, force: true }),
    )
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refusal(error, 'remove', path)
  }
}

export async function listWorkFiles(root: string, most: number): Promise<readonly SandboxFile[]> {
  const found: SandboxFile[] = []
  const visit = async (directory: FileHandle, prefix: string): Promise<void> => {
    const entries = await readdir(below(directory, '.'), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= most) return
      const isDirectory = entry.isDirectory()
      if (!isDirectory && !entry.isFile()) continue
      const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (isDirectory ? O_DIRECTORY : 0)
      // It may have become something else, or be gone.
      await using file = await open(below(directory, entry.name), flags).catch(() => undefined)
      if (file === undefined) continue
      if (isDirectory) await visit(file, `${prefix}${entry.name}/`)
      else found.push({ path: `${prefix}${entry.name}`, bytes: (await file.stat()).size })
    }
  }
  await using directory = await open(root, O_RDONLY | O_DIRECTORY)
  await visit(directory, '')
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
