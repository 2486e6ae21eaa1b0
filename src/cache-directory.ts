import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where this user's programs keep what they can make again: `$XDG_CACHE_HOME/tsukimi`, else `~/.cache/tsukimi`.
 *
 * @throws Error for a user without a home
 */
export const cacheDirectory = (name: string): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tsukimi', name)
