import { constants, type FileHandle, open } from 'node:fs/promises'
import { readFully, writeFully } from '../files/atomic-file.ts'
import { fileError, fileErrorCode } from '../files/file-errors.ts'
import { parseJson } from '../files/json-file.ts'
import { readJsonLines } from '../files/json-lines.ts'
import { UserError } from '../user-error.ts'
import { tokenFileHeader, tokenFilePath } from './token-file.ts'
import type { Trajectory } from './trajectory.ts'
import { writeTrajectoryLine } from './trajectory-line.ts'
import { readTrajectoryLine } from './trajectory-schema.ts'

/**
 * Appends trajectories to a file. Killed at any moment, the file lacks at most the one that was being written, and goes
 * on as if it had not been begun.
 */
export interface TrajectoryLog extends AsyncDisposable {
  /** Trajectories in the file. */
  readonly count: number
  /** Adds one. Where that fails, on a full disk for instance, no part of it stays. */
  append(trajectory: Trajectory): Promise<void>
  /** Brings what was appended to the disk. */
  sync(): Promise<void>
}

/** What whole lines a file has, and up to where they use the side-car. */
async function scan(path: string): Promise<{ readonly count: number; readonly tokensEnd: number }> {
  let count = 0
  let tokensEnd = 0
  for await (const { line, value } of readJsonLines(path, { mayEndTorn: true })) {
    for (const { message, tokens } of readTrajectoryLine(value, `${path}:${line}`).nodes) {
      const ids = message.role === 'assistant' ? message.token_ids : undefined
      for (const { offset, length } of [tokens, ids].filter((reference) => reference !== undefined))
        tokensEnd = Math.max(tokensEnd, offset + length)
    }
    count++
  }
  return { count, tokensEnd }
}

const chunk = 2 ** 16

/** Size of a file up to its last line break, and what stands behind it. */
async function lastLine(file: FileHandle): Promise<{ readonly end: number; readonly rest: Uint8Array }> {
  const { size } = await file.stat()
  let rest = Buffer.alloc(0)
  for (let from = size; from > 0; ) {
    const bytes = Buffer.alloc(Math.min(chunk, from))
    from -= bytes.length
    await readFully(file, bytes, from)
    rest = Buffer.concat([bytes, rest])
    const found = bytes.lastIndexOf('\n')
    if (found >= 0) return { end: from + found + 1, rest: rest.subarray(found + 1) }
  }
  return { end: 0, rest }
}

/** Ends the last line, or takes away what there is of it. Size of the file then. */
async function mend(file: FileHandle, path: string): Promise<number> {
  const { end, rest } = await lastLine(file)
  if (rest.length === 0) return end
  try {
    parseJson(rest, path)
  } catch {
    await file.truncate(end)
    return end
  }
  await writeFully(file, Uint8Array.of(0x0a), end + rest.length)
  return end + rest.length + 1
}

/** Opens a file for more lines. */
async function openLines(path: string): Promise<{ readonly lines: FileHandle; readonly end: number }> {
  const lines = await openAnywhere(path)
  try {
    return { lines, end: await mend(lines, path) }
  } catch (error) {
    await lines.close()
    throw error
  }
}

/** For reading and writing anywhere; a file that is not there is made, for its owner alone: it holds what people said. */
const openAnywhere = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDWR | constants.O_CREAT, 0o600)

interface SideCar {
  readonly file: FileHandle
  size: number
}

async function beginSideCar(path: string): Promise<SideCar> {
  const file = await openAnywhere(path)
  try {
    await file.truncate(0)
    await writeFully(file, tokenFileHeader, 0)
  } catch (error) {
    await file.close()
    throw error
  }
  return { file, size: tokenFileHeader.length }
}

/** Opens a side-car that has been begun, with nothing in it behind `end`. */
async function openSideCar(path: string, end: number): Promise<SideCar> {
  const refused = (what: string): UserError =>
    new UserError(
      `${path}: ${what}, and the trajectories refer to tokens in it up to byte ${end}; keep it beside them`,
    )
  const file = await open(path, 'r+').catch((error) => {
    throw fileErrorCode(error) === 'ENOENT' ? refused('missing') : error
  })
  const { size } = await file.stat()
  if (size >= end) {
    await file.truncate(end)
    return { file, size: end }
  }
  await file.close()
  throw refused(`ends after ${size} bytes`)
}

/** A file that grows at its end, and is as it was where growing fails. */
async function grow(file: FileHandle, size: number, bytes: Uint8Array): Promise<number> {
  try {
    await writeFully(file, bytes, size)
    return size + bytes.length
  } catch (error) {
    await file.truncate(size)
    throw error
  }
}

/**
 * Opens a file to append to; one that is not there is begun. A last line that a killed writer left unfinished is taken
 * away, with its tokens.
 *
 * @throws UserError where the file holds something else than trajectories, or its side-car is missing
 */
export async function openTrajectoryLog(path: string): Promise<TrajectoryLog> {
  const failed = (error: unknown): never => {
    throw fileError(error, 'write', path)
  }
  const found = await scan(path).catch((error) => {
    if (fileErrorCode(error) === 'ENOENT') return { count: 0, tokensEnd: 0 }
    throw error
  })
  const sideCarPath = tokenFilePath(path)
  let sideCar =
    found.tokensEnd > 0 ? await openSideCar(sideCarPath, found.tokensEnd).catch(failed) : undefined
  const { lines, end } = await openLines(path).catch(async (error) => {
    await sideCar?.file.close()
    return failed(error)
  })
  let size = end
  let { count } = found

  const write = async (trajectory: Trajectory): Promise<void> => {
    const offset = sideCar?.size ?? tokenFileHeader.length
    const { line, tokens } = writeTrajectoryLine(trajectory, offset, path)
    if (tokens.length > 0) {
      sideCar ??= await beginSideCar(sideCarPath)
      sideCar.size = await grow(sideCar.file, sideCar.size, tokens)
    }
    try {
      size = await grow(lines, size, line)
    } catch (error) {
      if (sideCar !== undefined) {
        await sideCar.file.truncate(offset)
        sideCar.size = offset
      }
      throw error
    }
    count++
  }

  // One after the other: the place of each depends on those before it.
  let last: Promise<void> = Promise.resolve()
  return {
    get count() {
      return count
    },
    append(trajectory) {
      const written = last.then(() => write(trajectory)).catch(failed)
      last = written.catch(() => undefined)
      return written
    },
    async sync() {
      await last
      await Promise.all([sideCar?.file.sync(), lines.sync()]).catch(failed)
    },
    async [Symbol.asyncDispose]() {
      await last
      await sideCar?.file.close()
      await lines.close()
    },
  }
}
