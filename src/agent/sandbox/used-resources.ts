import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process is gone.
    return ''
  }
}

const namesIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** A process and all below it, as /proc knows them. */
export function processTree(root: number): readonly number[] {
  const found = [root]
  for (let at = 0; at < found.length; at++)
    for (const thread of namesIn(`/proc/${found[at]}/task`))
      for (const child of textOf(`/proc/${found[at]}/task/${thread}/children`).split(' '))
        if (child !== '') found.push(Number(child))
  return found
}

/** Whether a process still does something; one that only waits to be collected by its parent does not. */
export function isRunning(id: number): boolean {
  const stat = textOf(`/proc/${id}/stat`)
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

/** Bytes of a line `Name:   12 kB`. */
const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024

/**
 * Bytes of memory that processes fill with something of their own. Pages that several of them share count once where
 * the quick sum, which counts them for each, is above `limit`.
 */
export function memoryOf(processes: readonly number[], limit: number): number {
  const quick = processes.reduce((sum, id) => {
    const status = textOf(`/proc/${id}/status`)
    return sum + kilobytes(status, 'RssAnon') + kilobytes(status, 'RssShmem')
  }, 0)
  if (quick <= limit) return quick
  return processes.reduce((sum, id) => {
    const rollup = textOf(`/proc/${id}/smaps_rollup`)
    // Who may not read the exact figure is counted by the other one.
    if (rollup === '') return sum + kilobytes(textOf(`/proc/${id}/status`), 'RssAnon')
    return sum + kilobytes(rollup, 'Pss_Anon') + kilobytes(rollup, 'Pss_Shmem')
  }, 0)
}

/** What was there a moment ago is not, or is something else. */
function unlessGone(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
}

async function* entries(directory: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory)
  } catch (error) {
    unlessGone(error)
  }
}

interface DiskLimits {
  readonly diskBytes: number
  readonly files: number
}

async function isMore(directory: string, { diskBytes, files }: DiskLimits): Promise<boolean> {
  let [bytes, count] = [0, 0]
  const directories = [directory]
  for (let next = directories.pop(); next !== undefined; next = directories.pop())
    for await (const entry of entries(next)) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) directories.push(path)
      const found = await lstat(path).catch(unlessGone)
      bytes += (found?.blocks ?? 0) * 512
      count++
      if (bytes > diskBytes || count > files) return true
    }
  return false
}

/**
 * Whether the files of a directory are more, or take more of the disk, than they may. Links are not followed. A
 * directory that cannot be looked into, being too deep or closed to us, may hide anything: it counts as too much.
 */
export const isDiskFull = (directory: string, limits: DiskLimits): Promise<boolean> =>
  isMore(directory, limits).catch(() => true)
