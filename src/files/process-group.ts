import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UserError } from '../user-error.ts'
import { fileError, fileErrorCode } from './file-errors.ts'

/**
 * Processes that work on one run and meet through files in its directory, which they must share. It is for what happens
 * a few times a run: beginning, checkpoints, the end. All of them call `exchange` in the same order.
 */
export interface ProcessGroup {
  /** From 0. Process 0 writes what there is one of. */
  readonly id: number
  readonly count: number
  /**
   * Waits until every process has come here, and gives what each brought, by process.
   *
   * @param what for messages, the same in all processes
   * @throws UserError when another process failed, or does not come
   */
  exchange(what: string, text?: string): Promise<readonly string[]>
  /** Tells the others, who wait or will wait, that this process stops for a reason. */
  fail(reason: string): void
  /** Proposes a step before which all stop; the first proposal counts. */
  proposeStop(step: number): void
  /** The proposal that counts. */
  stop(): number | undefined
}

/** A process that works alone. */
export function aloneGroup(): ProcessGroup {
  let stop: number | undefined
  return {
    id: 0,
    count: 1,
    exchange: async (_, text = '') => [text],
    fail: () => {},
    proposeStop: (step) => {
      stop ??= step
    },
    stop: () => stop,
  }
}

/** Milliseconds between looks at the directory: soon at first, then rarely. */
const [FIRST_LOOK, LAST_LOOK] = [10, 250]

async function until(found: () => Promise<boolean>, limit: number, late: () => string): Promise<void> {
  const started = performance.now()
  for (let pause = FIRST_LOOK; !(await found()); pause = Math.min(pause * 1.5, LAST_LOOK)) {
    if (performance.now() - started > limit * 1000) throw new UserError(late())
    await setTimeout(pause)
  }
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw fileError(error, 'read', path)
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(temporary, text)
  await rename(temporary, path)
}

export interface JoinOptions {
  readonly id: number
  readonly count: number
  /** Seconds to wait for the others, at the start and whenever they meet. Default an hour. */
  readonly limit?: number
}

/**
 * Meets the processes of this launch. Files of an earlier launch, killed or not, do not count: process 0 begins the
 * directory anew, and each process knows the launch by its own random name in it.
 *
 * @param directory that all processes share; its parent exists
 */
export async function joinGroup(
  directory: string,
  { id, count, limit = 3600 }: JoinOptions,
): Promise<ProcessGroup> {
  const launchFile = join(directory, 'launch.json')
  const nameFile = (process: number): string => join(directory, `process-${process}`)
  const late = (who: string) => () => `${who} of ${count} did not come within ${limit} s (${directory})`
  if (id === 0) {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    await mkdir(directory, { recursive: true })
    const names: string[] = [randomBytes(8).toString('hex')]
    for (let other = 1; other < count; other++) {
      const come = async () => {
        names[other] = (await readIfThere(nameFile(other))) ?? ''
        return names[other] !== ''
      }
      await until(come, limit, late(`Process ${other}`))
    }
    await mkdir(join(directory, names[0]!))
    await writeWhole(launchFile, JSON.stringify(names))
    return groupIn(join(directory, names[0]!), id, count, limit)
  }
  const own = randomBytes(8).toString('hex')
  let launch = ''
  const joined = async (): Promise<boolean> => {
    const names = JSON.parse((await readIfThere(launchFile)) ?? '[]') as string[]
    if (names[id] === own) launch = names[0]!
    else if ((await readIfThere(nameFile(id))) !== own) {
      // Process 0 may just have removed the directory.
      await mkdir(directory, { recursive: true })
      await writeWhole(nameFile(id), own).catch((error) => {
        if (fileErrorCode(error) !== 'ENOENT') throw fileError(error, 'write', nameFile(id))
      })
    }
    return launch !== ''
  }
  await until(joined, limit, late('Process 0'))
  return groupIn(join(directory, launch), id, count, limit)
}

function groupIn(directory: string, id: number, count: number, limit: number): ProcessGroup {
  const others = Array.from({ length: count }, (_, process) => process)
  const file = (meeting: number, process: number): string => join(directory, `${meeting}-${process}.json`)
  const failedFile = (process: number): string => join(directory, `failed-${process}`)
  const stopFile = join(directory, 'stop')
  let meetings = 0
  let stop: number | undefined

  async function checkFailed(names: readonly string[]): Promise<void> {
    const failed = others.find((process) => process !== id && names.includes(`failed-${process}`))
    if (failed === undefined) return
    const reason = await readIfThere(failedFile(failed))
    throw new UserError(`Process ${failed} of ${count} stopped: ${reason || 'its own output says why'}`)
  }

  return {
    id,
    count,
    async exchange(what, text = '') {
      const meeting = meetings++
      await writeWhole(file(meeting, id), JSON.stringify({ what, text }))
      let missing: readonly number[] = others
      const come = async (): Promise<boolean> => {
        const names = await readdir(directory)
        missing = others.filter((process) => !names.includes(`${meeting}-${process}.json`))
        if (missing.length > 0) await checkFailed(names)
        return missing.length === 0
      }
      const late = () => `Process ${missing[0]} of ${count} did not come within ${limit} s: ${what}`
      await until(come, limit, late)
      const brought: string[] = []
      for (const process of others) {
        const came = JSON.parse((await readIfThere(file(meeting, process)))!) as {
          what: string
          text: string
        }
        if (came.what !== what)
          throw new Error(`process ${process} is at "${came.what}", process ${id} at "${what}"`)
        brought.push(came.text)
      }
      // Whoever came to this meeting has read what the last one brought.
      if (meeting > 0) await rm(file(meeting - 1, id), { force: true })
      return brought
    },
    fail(reason) {
      mkdirSync(directory, { recursive: true })
      writeFileSync(failedFile(id), reason)
    },
    proposeStop(step) {
      let opened: number
      try {
        opened = openSync(stopFile, 'wx')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
        throw fileError(error, 'write', stopFile)
      }
      try {
        writeSync(opened, `${step}\n`)
      } catch (error) {
        rmSync(stopFile, { force: true })
        throw fileError(error, 'write', stopFile)
      } finally {
        closeSync(opened)
      }
    },
    stop() {
      if (stop !== undefined) return stop
      try {
        const text = readFileSync(stopFile, 'utf8')
        // Without its line break the number is still being written.
        if (text.endsWith('\n')) stop = Number(text)
      } catch (error) {
        if (fileErrorCode(error) !== 'ENOENT') throw fileError(error, 'read', stopFile)
      }
      return stop
    },
  }
}
