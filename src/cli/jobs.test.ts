import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { takeLock } from '../jobs/directory-lock.ts'
import { PermanentFailure } from '../jobs/failures.ts'
import { jobsDirectory, openJobs } from '../jobs/open-jobs.ts'
import type { Stage } from '../jobs/stage.ts'
import { main } from './main.ts'

const bin = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'jobs-command-'))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const env = { ...process.env, DATABASE_URL: '', TSUKIMI_STORE: undefined }

/** Runs a command in this process. */
async function tsukimi(...args: readonly string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const spies = streams.map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text)
      return true
    }),
  )
  const listeners = process.stdout.listeners('error')
  try {
    const code = await main(args)
    return { code, ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
    for (const listener of process.stdout.listeners('error'))
      if (!listeners.includes(listener)) process.stdout.off('error', listener as () => void)
  }
}

beforeEach(() => {
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('TSUKIMI_STORE', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const stage: Stage<number, number> = {
  name: 'solve',
  version: '3',
  async run(n, { account }) {
    account({ requests: 1, promptTokens: 1200, completionTokens: 300, usd: 0.002 })
    if (n === 2) throw new PermanentFailure('the endpoint refused:\n  no such model')
    return n
  },
}

beforeAll(async () => {
  await using jobs = await openJobs({ directory, databaseUrl: '', store: jobsDirectory(directory) })
  await Array.fromAsync(jobs.run(stage, [0, 1, 2, 3]))
}, 120_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('tsukimi jobs', () => {
  test('shows each stage', async () => {
    const { code, stdout, stderr } = await tsukimi('jobs', directory)
    expect([code, stderr]).toEqual([0, ''])
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(cells).toEqual([
      ['stage', 'queued', 'active', 'done', 'dead', 'attempts', 'tokens', 'cost', 'rate'],
      [
        'solve 3',
        '0',
        '0',
        '3',
        '1',
        '4',
        '4,800 + 1,200',
        '$0.0080',
        expect.stringMatching(/^(3\.0\/min|–)$/),
      ],
    ])
    const { stdout: json } = await tsukimi('jobs', directory, '--json')
    expect(JSON.parse(json)).toMatchObject([{ stage: 'solve', done: 3, dead: 1, cost: { requests: 4 } }])
  })

  test('says what the owner of the database last said while another process has it', async () => {
    const lock = await takeLock(join(jobsDirectory(directory), 'lock'))
    if ('heldBy' in lock) throw new Error('the lock is held')
    const seen = await tsukimi('jobs', directory)
    const retried = await tsukimi('jobs', directory, '--retry')
    const worker = await tsukimi('worker', '--run', directory)
    await lock.release()
    expect(seen.code).toBe(0)
    expect(seen.stderr).toMatch(/^as of \d{4}-.*, as the process that has the database says\n$/)
    expect(seen.stdout).toContain('solve 3       0       0     3     1')
    for (const { code, stderr } of [retried, worker]) {
      expect(code).toBe(1)
      expect(stderr).toMatch(
        new RegExp(`error: .*process ${process.pid} on .* is using its embedded database.*DATABASE_URL`),
      )
    }
  })

  test('lists dead units and queues them again', async () => {
    const failed = await tsukimi('jobs', directory, '--failed')
    expect(failed.stdout).toMatch(
      /^stage {4}unit {10}attempts {2}error\nsolve 3 {2}[0-9a-f]{12} {2}1 {9}the endpoint refused: no such model\n$/,
    )
    const retried = await tsukimi('jobs', directory, '--retry')
    expect(retried.stderr).toBe('1 dead unit is queued again\n')
    expect(retried.stdout).toContain('solve 3       1       0     3     0')
    expect((await tsukimi('jobs', directory, '--failed')).stdout).toBe('no unit is dead\n')
  })

  test('says that no jobs have run', async () => {
    const elsewhere = join(directory, 'elsewhere')
    for (const args of [
      ['jobs', elsewhere],
      ['worker', '--run', elsewhere],
    ]) {
      const { code, stderr } = await tsukimi(...args)
      expect([code, stderr]).toEqual([
        1,
        `error: ${elsewhere}: no jobs have run here; give the directory of a run, or DATABASE_URL\n`,
      ])
    }
    vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1:9/none')
    const { code, stderr } = await tsukimi('jobs', elsewhere)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`error: ${join(elsewhere, '.jobs')}: no jobs have left results here`),
    ])
    expect(existsSync(elsewhere)).toBe(false)
  })

  test('a worker without a server says that it is alone', async () => {
    const worker = spawn(process.execPath, [bin, 'worker', '--run', directory, '--stages', 'synth/judge'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    worker.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    while (!said.includes('DATABASE_URL is not set')) await once(worker.stderr, 'data')
    worker.kill('SIGINT')
    await once(worker, 'exit')
    expect(said).toMatch(/^working on synth\/judge; .*\n.*shares nothing with other processes\n/)
  })

  test('knows which stages there are for a worker', async () => {
    const { code, stderr } = await tsukimi('worker', '--run', directory, '--stages', 'nonesuch')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: no stage "nonesuch"/)
  })
})
