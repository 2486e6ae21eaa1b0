import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { temporaryName } from '../files/atomic-file.ts'
import { fileError, fileErrorCode } from '../files/file-errors.ts'

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
 * so is a file that names no holder, as a machine that lost power leaves it. Of a holder on another machine nobody here knows whether it lives: it holds the lock until the file is removed.
 */
export async function takeLock(path: string): Promise<Lock> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) })
  const draft = join(dirname(path), temporaryName('lock'))
  try {
    await writeFile(draft, own, { flag: 'wx' })
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) }
      const text = await readFile(path, 'utf8').catch((error) => {
        if (fileErrorCode(error) !== 'ENOENT') throw error
      })
      if (text === undefined) continue
      const holder = holderIn(text)
      if (holder !== undefined && lives(holder)) return { heldBy: holder }
      await removeStale(path, text)
    }
  } catch (error) {
    throw fileError(error, 'write', path)
  } finally {
    await rm(draft, { force: true })
  }
}

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

/** Another process may have taken the stale lock over meanwhile: what is not the stale one is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = join(dirname(path), temporaryName('stale'))
  try {
    await rename(path, aside)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return
    throw error
  }
  if ((await readFile(aside, 'utf8')) !== stale) await linked(aside, path)
  await rm(aside, { force: true })
}

function lives({ pid, host, started }: LockHolder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startOf(pid) === started
}

/** Field 22 of /proc/<pid>/stat; the second field, a name in brackets, may hold spaces. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
