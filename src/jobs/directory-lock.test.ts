import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeLock } from './directory-lock.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('takeLock', () => {
  it('is taken by one at a time and names the holder', async () => {
    const locks = await Promise.all([1, 2, 3].map(() => takeLock(path)))
    const taken = locks.filter((lock) => 'release' in lock)
    expect(taken).toHaveLength(1)
    const refused = locks.find((lock) => 'heldBy' in lock)
    expect(refused).toMatchObject({ heldBy: { pid: process.pid, host: hostname() } })
    await taken[0]!.release()
    expect(existsSync(path)).toBe(false)
    expect('release' in (await takeLock(path))).toBe(true)
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('is taken over from a process that was killed', async () => {
    const code = `import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'directory-lock.ts'))}
      await takeLock(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code])
    await once(child.stdout, 'data')
    expect(await takeLock(path)).toMatchObject({ heldBy: { pid: child.pid } })
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    expect('release' in (await takeLock(path))).toBe(true)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid })
  })

  it('is taken over by one of many', async () => {
    for (let round = 0; round < 60; round++) {
      writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), started: `${round}` }))
      const locks = await Promise.all(Array.from({ length: 9 }, () => takeLock(path)))
      const taken = locks.filter((lock) => 'release' in lock)
      expect(taken).toHaveLength(1)
      await taken[0]!.release()
    }
    expect(readdirSync(directory)).toEqual([])
  })

  it('is taken over where who began to do so was killed', async () => {
    const dead = JSON.stringify({ pid: process.pid, host: hostname(), started: '1' })
    for (const file of [path, `${path}.removal`, `${path}.removal.removal`]) writeFileSync(file, dead)
    expect('release' in (await takeLock(path))).toBe(true)
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('is left to who is taking it over', async () => {
    writeFileSync(path, '{}')
    const other = { pid: 1, host: 'elsewhere', started: '5' }
    writeFileSync(`${path}.removal`, JSON.stringify(other))
    expect(await takeLock(path)).toEqual({ heldBy: other })
    expect(readFileSync(path, 'utf8')).toBe('{}')
  })

  it('is not held by another process that has the pid of the dead one', async () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }))
    expect('release' in (await takeLock(path))).toBe(true)
  })

  it.each(['', '{"pid": 1', 'null', '{}', '{"pid":0,"host":"a","started":""}', '\0\0\0'])(
    'is not held by a file that names nobody: %j',
    async (text) => {
      writeFileSync(path, text)
      expect('release' in (await takeLock(path))).toBe(true)
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid })
    },
  )

  it('is held by a process of another machine, alive or not', async () => {
    const holder = { pid: 1, host: 'elsewhere', started: '5' }
    writeFileSync(path, JSON.stringify(holder))
    expect(await takeLock(path)).toEqual({ heldBy: holder })
  })
})
