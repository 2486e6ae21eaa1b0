import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { FileHandle } from 'node:fs/promises'
import { appendFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, test, vi } from 'vitest'
import { UserError } from '../user-error.ts'
import { readTrajectories } from './read-trajectories.ts'
import { exampleTrajectory, scratchDirectory } from './trajectory.fixture.ts'
import { openTrajectoryLog } from './trajectory-log.ts'
import { writeTrajectories } from './write-trajectories.ts'

const disk = vi.hoisted(() => ({ operationsLeft: Infinity }))

/** Every operation that can need space fails once the counter is used up; the last write is done by half. */
vi.mock('node:fs/promises', async (importOriginal) => {
  const actual = await importOriginal<typeof import('node:fs/promises')>()
  const isFull = (): boolean => disk.operationsLeft-- <= 0
  const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  const open = async (...args: Parameters<typeof actual.open>): Promise<FileHandle> => {
    if (args[1] === 'wx' && isFull()) throw noSpace()
    const file = await actual.open(...args)
    const sync = file.sync
    const write = file.write.bind(file) as FileHandle['write']
    const limited = {
      async write(bytes: Uint8Array, at: number, length: number, position: number | null) {
        const full = isFull()
        const written = await write(bytes, at, full ? length >> 1 : length, position)
        if (full) throw noSpace()
        return written
      },
      async sync() {
        if (isFull()) throw noSpace()
        await sync.call(file)
      },
    }
    return Object.assign(file, limited)
  }
  return { ...actual, open }
})

beforeEach(() => {
  disk.operationsLeft = Infinity
})

const read = (path: string) => Array.fromAsync(readTrajectories(path))
const examples = (count: number) => Array.from({ length: count }, (_, i) => exampleTrajectory(i))

test('what is appended, over several openings, is what would have been written at once', async () => {
  await using directory = await scratchDirectory()
  const [path, whole] = [directory.file('a.jsonl'), directory.file('b.jsonl')]
  for (const upTo of [0, 3, 3, 5]) {
    await using log = await openTrajectoryLog(path)
    // Not waited for one by one: they come in the order of the calls.
    await Promise.all(
      examples(upTo)
        .slice(log.count)
        .map((trajectory) => log.append(trajectory)),
    )
    await log.sync()
    expect(log.count).toBe(upTo)
  }
  await writeTrajectories(whole, examples(5))
  expect(await readFile(path)).toEqual(await readFile(whole))
  expect(await readFile(directory.file('a.tokens.bin'))).toEqual(
    await readFile(directory.file('b.tokens.bin')),
  )
})

test('a line torn at any byte, and tokens behind it, are taken away', async () => {
  await using directory = await scratchDirectory()
  const [path, whole] = [directory.file('a.jsonl'), directory.file('b.jsonl')]
  await writeTrajectories(whole, examples(2))
  const [lines, tokens] = [await readFile(whole), await readFile(directory.file('b.tokens.bin'))]
  const first = lines.indexOf('\n') + 1
  for (const end of [0, 1, first - 1, first, first + 1, first + 700, lines.length - 1]) {
    await writeFile(path, lines.subarray(0, end))
    await writeFile(directory.file('a.tokens.bin'), tokens)
    await appendFile(directory.file('a.tokens.bin'), 'half a record')
    await using log = await openTrajectoryLog(path)
    for (const trajectory of examples(2).slice(log.count)) await log.append(trajectory)
    expect(await readFile(path)).toEqual(lines)
    expect(await readFile(directory.file('a.tokens.bin'))).toEqual(tokens)
  }
})

const linesOf = async (path: string): Promise<number> => (await readFile(path, 'utf8')).split('\n').length - 1

test('a writer that is killed again and again loses nothing that it had written', async () => {
  await using directory = await scratchDirectory()
  const path = directory.file('a.jsonl')
  const program = fileURLToPath(new URL('append-forever.fixture.ts', import.meta.url))
  let least = 0
  for (const [size, milliseconds] of [
    [1, 5],
    [8, 0],
    [20, 3],
    [40, 1],
  ] as const) {
    const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    expect(Number(said)).toBeGreaterThanOrEqual(least)
    while ((await linesOf(path)) < size) await sleep(1)
    await sleep(milliseconds)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const found = await Array.fromAsync(readTrajectories(path, { mayEndTorn: true }))
    expect(found).toEqual(examples(found.length))
    least = found.length
  }
  expect(least).toBeGreaterThan(10)
})

test('a full disk takes nothing from the log, and it goes on when there is space', async () => {
  await using directory = await scratchDirectory()
  const path = directory.file('a.jsonl')
  await using log = await openTrajectoryLog(path)
  for (const operations of [0, 1, 2, 0, 1]) {
    disk.operationsLeft = operations
    const error = await log.append(exampleTrajectory(log.count)).catch((e) => e)
    disk.operationsLeft = Infinity
    if (error !== undefined) {
      expect(error).toBeInstanceOf(UserError)
      expect(error.message).toContain('no space left on the disk')
    }
    expect(await read(path)).toEqual(examples(log.count))
    await log.append(exampleTrajectory(log.count))
    expect(await read(path)).toEqual(examples(log.count))
  }
})

test('a disk that fills up at any operation of writing leaves the old files as they were', async () => {
  await using directory = await scratchDirectory()
  const path = directory.file('a.jsonl')
  await writeTrajectories(path, examples(1))
  for (let operations = 0; ; operations++) {
    disk.operationsLeft = operations
    const error = await writeTrajectories(path, examples(3)).catch((e) => e)
    disk.operationsLeft = Infinity
    if (error === 3) break
    expect(error.message).toContain('no space left on the disk')
    // Both files have their places once everything is on the disk.
    expect([examples(1), examples(3)]).toContainEqual(await read(path).catch((e) => e.message))
  }
})

test('a log whose side-car is gone, or that is something else, is left alone', async () => {
  await using directory = await scratchDirectory()
  const [path, sideCar] = [directory.file('a.jsonl'), directory.file('a.tokens.bin')]
  await writeTrajectories(path, examples(1))
  const before = await readFile(path)
  await truncate(sideCar, 40)
  await expect(openTrajectoryLog(path)).rejects.toThrow(
    `${sideCar}: ends after 40 bytes, and the trajectories refer to tokens in it up to byte 84; keep it beside them`,
  )
  await rm(sideCar)
  await expect(openTrajectoryLog(path)).rejects.toThrow(`${sideCar}: missing, and the trajectories refer`)
  await expect(stat(sideCar)).rejects.toThrow('ENOENT')
  expect(await readFile(path)).toEqual(before)
  await writeFile(path, '{"step": 1}\n{"st')
  await expect(openTrajectoryLog(path)).rejects.toThrow(`${path}:1:`)
  expect(await readFile(path, 'utf8')).toBe('{"step": 1}\n{"st')
})
