import { UserError } from '../user-error.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory; check the path',
  EACCES: 'permission denied; change its permissions, or run as a user who may',
  EPERM: 'operation not permitted',
  EEXIST: 'there is a file of that name; remove it, or choose another path',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EROFS: 'the file system is read-only; choose another directory',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  EFBIG: 'the file would be larger than the system allows',
  EIO: 'the disk reports an input/output error',
  ENOSPC: 'no space left on the disk; free some, or choose another one',
  EDQUOT: 'no space left in the disk quota; free some, or choose another disk',
}

/** The system's code of a failed file operation (`ENOENT`, …), also where the error wraps another. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' && code in reasons ? code : fileErrorCode(error.cause)
}

export const isNoSpace = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes(fileErrorCode(error) ?? '')

/**
 * A failed file operation as an error for the user: `cannot write runs/x/model.safetensors: no space left on the disk`.
 * Errors that say enough already, and those of other origin, come back unchanged.
 */
export function fileError(error: unknown, verb: string, path: string): unknown {
  const code = fileErrorCode(error)
  if (code === undefined || error instanceof UserError) return error
  return new UserError(`cannot ${verb} ${path}: ${reasons[code]}`, { cause: error })
}
