import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { temporaryName } from '../files/atomic-file.ts'
import { fileError, fileErrorCode } from '../files/file-errors.ts'
import { processStart } from '../files/process-start.ts'

/** Who holds a lock: a pid alone may since belong to another process. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When the process began, in the system's ticks; empty where the system does not tell. */
  readonly started: string
}

export type Lock = { readonly release: () => Promise<void> } | { readonly heldBy: LockHolder }

/**
 * Takes a lock file for this process, or says who has it. A lock whose process has died, however it did, is taken over;
 * so is a file that names no holder, as a machine that lost power leaves it. Of a holder on another machine nobody here
 * knows whether it lives: it holds the lock until the file is removed.
 */
export async function takeLock(path: string): Promise<Lock> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: processStart(process.pid) ?? '' })
  const draft = join(dirname(path), temporaryName('lock'))
  try {
    await writeFile(draft, own, { flag: 'wx' })
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) }
      const text = await textIn(path)
      if (text === undefined) continue
      const holder = holderIn(text)
      const heldBy = holder !== undefined && lives(holder) ? holder : await removeStale(path, text)
      if (heldBy !== undefined) return { heldBy }
    }
  } catch (error) {
    throw fileError(error, 'write', path)
  } finally {
    await rm(draft, { force: true })
  }
}

const textIn = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error) => {
    if (fileErrorCode(error) !== 'ENOENT') throw error
    return undefined
  })

/** A lock comes whole under its name: what cannot be read is nobody's. */
function holderIn(text: string): LockHolder | undefined {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<LockHolder>
    if (!Number.isSafeInteger(pid) || pid! < 1 || typeof host !== 'string' || typeof started !== 'string')
      return undefined
    return { pid: pid!, host, started }
  } catch {
    return undefined
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Whoever removes a lock has the lock beside it: between the look at a file and its removal nobody else takes it over,
 * for its own process, being dead, cannot. Who meets another at this is refused in the other's name.
 */
async function removeStale(path: string, stale: string): Promise<LockHolder | undefined> {
  const guard = await takeLock(`${path}.removal`)
  if ('heldBy' in guard) return guard.heldBy
  try {
    if ((await textIn(path)) === stale) await rm(path, { force: true })
  } finally {
    await guard.release()
  }
}

function lives({ pid, host, started }: LockHolder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return (processStart(pid) ?? '') === started
}
