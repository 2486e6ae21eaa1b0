import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openJobs } from './open-jobs.ts'
import { startPostgres, type TestPostgres } from './postgres.fixture.ts'
import { numbers, type ProcessSettings, slowStage } from './worker-process.fixture.ts'

const server: TestPostgres | undefined = await startPostgres()
afterAll(() => server?.[Symbol.asyncDispose]())

let directory: string
let children: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'processes-'))
})
afterEach(async () => {
  for (const child of children) await killed(child)
  children = []
  rmSync(directory, { recursive: true, force: true })
})

const settingsOf = (databaseUrl: string, units: number, ms: number): ProcessSettings => ({
  ...{ directory, databaseUrl, units, ms },
  // A busy machine may keep a process from giving signs of life for long: `losesLeases` ends leases sooner.
  leaseSeconds: 60,
  store: join(directory, 'store'),
  log: join(directory, 'log'),
})

function start(how: 'run' | 'work', settings: ProcessSettings): ChildProcess {
  const file = join(import.meta.dirname, 'worker-process.fixture.ts')
  const child = spawn(process.execPath, ['--no-warnings', file, how], {
    env: { ...process.env, SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

const running = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

async function killed(child: ChildProcess): Promise<void> {
  if (!running(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** The attempts so far: which number, in which process. */
const attempts = ({ log }: ProcessSettings): { readonly n: number; readonly pid: number }[] =>
  (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []).map((line) => {
    const [n, pid] = line.split(' ').map(Number)
    return { n: n!, pid: pid! }
  })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20)
}

/** All leases of these settings are held to have had no sign of life for as long as they last. */
async function losesLeases({ databaseUrl, store }: ProcessSettings): Promise<void> {
  const { id } = JSON.parse(readFileSync(join(store, 'store.json'), 'utf8'))
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `UPDATE tsukimi_${id}.job SET heartbeat_on = heartbeat_on - heartbeat_seconds * interval '1 second'
     WHERE state = 'active'`,
  )
  await client.end()
}

const squares = (units: number): number[] => Array.from({ length: units }, (_, n) => n * n)

describe('processes on the embedded Postgres', () => {
  it('lose nothing when one is killed, and do nothing twice that was done', async () => {
    const settings = settingsOf('', 150, 100)
    const child = start('run', settings)
    let printed = ''
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
    await until(() => printed.split('\n').length > 12)
    await expect(openJobs(settings)).rejects.toThrow(
      new RegExp(
        `process ${child.pid} on .* is using its embedded database, which serves one process at a time; ` +
          'for several, give all of them a Postgres server in DATABASE_URL',
      ),
    )
    await killed(child)
    const before = attempts(settings).length
    const done = printed.trimEnd().split('\n').slice(1)

    await using jobs = await openJobs(settings)
    const quick = slowStage({ ...settings, ms: 1 })
    const results = await Array.fromAsync(jobs.run(quick, numbers(settings)))
    expect(results.map((result) => result.ok && result.value)).toEqual(squares(150))
    expect(results.map(({ key }) => key).slice(0, done.length)).toEqual(done)
    expect(await jobs.status()).toMatchObject([{ done: 150, queued: 0, active: 0, dead: 0 }])
    const again = attempts(settings).slice(before)
    const printedNumbers = new Set(done.map((_, n) => n))
    expect(again.filter(({ n }) => printedNumbers.has(n))).toEqual([])
  })
})

describe.skipIf(server === undefined)('processes on a Postgres server', () => {
  const url = server?.url ?? ''

  it('finish what a killed worker was at', async () => {
    const settings = settingsOf(url, 30, 200)
    const [victim, other] = [start('work', settings), start('work', settings)]
    await Promise.all([victim, other].map((child) => once(child.stdout!, 'data')))
    await using jobs = await openJobs(settings)
    // What is taken until the victim is killed is the victim's.
    other.kill('SIGSTOP')
    const collected = Array.fromAsync(jobs.run(slowStage(settings), numbers(settings), { local: false }))
    await until(() => attempts(settings).some(({ pid }) => pid === victim.pid))
    await killed(victim)
    expect(attempts(settings).some(({ pid }) => pid === other.pid)).toBe(false)
    await losesLeases(settings)
    other.kill('SIGCONT')
    const results = await collected
    expect(results.map((result) => result.ok && result.value)).toEqual(squares(30))
    expect(await jobs.status()).toMatchObject([{ done: 30, queued: 0, active: 0, dead: 0 }])
    const byOther = attempts(settings).filter(({ pid }) => pid === other.pid)
    expect(new Set(byOther.map(({ n }) => n)).size).toBe(byOther.length)
    expect(attempts(settings).length).toBeLessThanOrEqual(30 + 3)
  })

  it('share units, each run once, and give back what they are at when told to end', async () => {
    const settings = settingsOf(url, 40, 50)
    const workers = [start('work', settings), start('work', settings)]
    await Promise.all(workers.map((child) => once(child.stdout!, 'data')))
    await using jobs = await openJobs(settings)
    const collected = Array.fromAsync(jobs.run(slowStage(settings), numbers(settings)))
    await until(() => attempts(settings).length > 10)
    const ended = once(workers[0]!, 'exit')
    workers[0]!.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect((await collected).map((result) => result.ok && result.value)).toEqual(squares(40))
    expect(await jobs.status()).toMatchObject([{ done: 40, attempts: 40, cost: { requests: 40 } }])
  })

  it('go on when the server comes back', async () => {
    const settings = settingsOf(url, 60, 30)
    await using jobs = await openJobs({ ...settings, leaseSeconds: 10 })
    const values: unknown[] = []
    for await (const result of jobs.run(slowStage(settings), numbers(settings))) {
      values.push(result.ok && result.value)
      if (values.length !== 12) continue
      await server!.stop('crash')
      void sleep(500).then(server!.start)
    }
    expect(values).toEqual(squares(60))
    expect(await jobs.status()).toMatchObject([{ done: 60, queued: 0, active: 0, dead: 0 }])
  })

  it('say what is wrong when the server is gone for good', async () => {
    const settings = settingsOf(url, 60, 30)
    const jobs = await openJobs({ ...settings, patience: 0.5 })
    const run = async (): Promise<void> => {
      for await (const { input } of jobs.run(slowStage(settings), numbers(settings)))
        if (input.n === 3) await server!.stop()
    }
    const message =
      /^Postgres at 127\.0\.0\.1:\d+\/postgres cannot be reached for 0\.5 s \(.*\); start Postgres, or check DATABASE_URL$/
    await expect(run()).rejects.toThrow(message)
    await expect(openJobs({ ...settings, patience: 0.5 })).rejects.toThrow(message)
    await jobs[Symbol.asyncDispose]()
    await server!.start()
    await losesLeases(settings)
    await using after = await openJobs(settings)
    const results = await Array.fromAsync(after.run(slowStage(settings), numbers(settings)))
    expect(results.map((result) => result.ok && result.value)).toEqual(squares(60))
  })

  it('say which part of DATABASE_URL is wrong', async () => {
    const open = (databaseUrl: string) => openJobs(settingsOf(databaseUrl, 1, 1))
    await expect(open('localhost')).rejects.toThrow(
      'DATABASE_URL: expected postgres://user@host:port/database',
    )
    await expect(open(`${url}_none`)).rejects.toThrow(
      /_none: database "postgres_none" does not exist; check DATABASE_URL$/,
    )
  })
})
