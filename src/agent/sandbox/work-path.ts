import { posix } from 'node:path'
import { UserError } from '../../user-error.ts'

/**
 * Names on the way from the working directory to a file; a leading `/work/` is that directory.
 *
 * @throws UserError where the path is empty, absolute or leaves the directory
 */
export function pathParts(path: string): readonly string[] {
  const parts = posix.normalize(path.replace(/^\/work(\/|$)/, '')).split('/')
  const bad = path.includes('\0') || parts[0] === '' || parts[0] === '..' || parts.at(-1) === ''
  if (bad || parts[0] === '.')
    throw new UserError(
      `"${path}" is no path of a file below the working directory; give one such as src/main.js`,
    )
  return parts
}
