import { join } from 'node:path'
import { readJson, writeJson } from '../files/json-file.ts'
import type { StageStatus } from './stage.ts'

/** What the owner of an embedded database has last said of its stages, for those who cannot open it meanwhile. */
export interface StatusSnapshot {
  /** ISO 8601. */
  readonly at: string
  readonly stages: readonly StageStatus[]
}

/** Milliseconds between snapshots. */
const every = 5000

const fileIn = (directory: string): string => join(directory, 'status.json')

/** Writes snapshots now and then. @returns what ends that, with a last one */
export function keepSnapshot(
  directory: string,
  status: () => Promise<readonly StageStatus[]>,
): () => Promise<void> {
  let last = ''
  const write = async (): Promise<void> => {
    const stages = await status()
    const text = JSON.stringify(stages)
    if (text === last) return
    last = text
    await writeJson(fileIn(directory), { at: new Date().toISOString(), stages })
  }
  // A snapshot that cannot be written fails no work.
  let writing = Promise.resolve()
  const next = (): void => {
    writing = writing.then(write).catch(() => {})
  }
  const timer = setInterval(next, every)
  timer.unref()
  return () => {
    clearInterval(timer)
    next()
    return writing
  }
}

export const readSnapshot = async (directory: string): Promise<StatusSnapshot> =>
  (await readJson(fileIn(directory))) as StatusSnapshot
