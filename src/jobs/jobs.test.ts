import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PermanentFailure, RetryableFailure } from './failures.ts'
import { openJobs } from './open-jobs.ts'
import { startPostgres, type TestPostgres } from './postgres.fixture.ts'
import type { JobProgress, Jobs, Stage, StageStatus, UnitResult } from './stage.ts'

const server: TestPostgres | undefined = await startPostgres()
afterAll(() => server?.[Symbol.asyncDispose]())

const all = <I, O>(results: AsyncIterable<UnitResult<I, O>>): Promise<UnitResult<I, O>[]> =>
  Array.fromAsync(results)
const values = (results: readonly UnitResult<unknown, unknown>[]): unknown[] =>
  results.map((result) => (result.ok ? result.value : `failed: ${result.error}`))

/** Another one in each test. */
let squareName: string
let tests = 0
beforeEach(() => {
  squareName = `square-${++tests}`
})

const square = (ran: number[], options: Partial<Stage<number, number>> = {}): Stage<number, number> => ({
  name: squareName,
  version: '1',
  ...options,
  async run(n) {
    ran.push(n)
    // Later units end sooner.
    await sleep((97 * n) % 7)
    return n * n
  },
})

const databases = [
  { name: 'embedded', url: '' },
  { name: 'server', url: server?.url },
] as const

describe.each(databases)('jobs on Postgres, $name', ({ url }) => {
  let directory: string
  let store: string
  let jobs: Jobs
  const open = (): Promise<Jobs> => openJobs({ directory, databaseUrl: url, store })

  const statusOf = async (stage: string): Promise<StageStatus | undefined> =>
    (await jobs.status()).find((status) => status.stage === stage)

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'jobs-'))
    store = join(directory, 'store')
    if (url !== undefined) jobs = await open()
  }, 120_000)
  afterAll(async () => {
    await jobs?.[Symbol.asyncDispose]()
    rmSync(directory, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (url === undefined) context.skip('no Postgres server')
  })

  it('gives results in the order of the inputs, and runs what is the same once', async () => {
    const ran: number[] = []
    const inputs = Array.from({ length: 300 }, (_, i) => i % 150)
    const progress: JobProgress[] = []
    const results = await all(
      jobs.run(square(ran), inputs, { concurrency: 9, onProgress: (p) => progress.push(p) }),
    )
    expect(values(results)).toEqual(inputs.map((n) => n * n))
    expect(results.map(({ input }) => input)).toEqual(inputs)
    expect(new Set(results.map(({ key }) => key)).size).toBe(150)
    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i))
    expect(progress.at(-1)).toMatchObject({ done: 300, total: 300, failed: 0, active: 0 })
  })

  it('takes what is done from the store, in another process too, and runs again what another version did', async () => {
    const ran: number[] = []
    await all(jobs.run(square(ran), [1, 2, 3]))
    await jobs[Symbol.asyncDispose]()
    jobs = await open()
    let last: JobProgress | undefined
    const again = await all(
      jobs.run(square(ran), [3, 2, 4], {
        onProgress: (p) => {
          last = p
        },
      }),
    )
    expect(values(again)).toEqual([9, 4, 16])
    expect(ran.toSorted()).toEqual([1, 2, 3, 4])
    expect(last).toMatchObject({ done: 3, fromStore: 2 })
    await all(jobs.run(square(ran, { version: '2' }), [1]))
    await all(jobs.run(square(ran, { settings: { model: 'k2' } }), [1]))
    await all(jobs.run(square(ran, { settings: { model: 'k2' } }), [1]))
    expect(ran.filter((n) => n === 1)).toHaveLength(3)
  })

  it('makes a result again whose file is broken or gone', async () => {
    const ran: number[] = []
    await all(jobs.run(square(ran), [7, 8]))
    await jobs[Symbol.asyncDispose]()
    for (const path of readdirSync(join(store, 'objects'), { recursive: true, encoding: 'utf8' }))
      if (path.endsWith('.json') && readFileSync(join(store, 'objects', path), 'utf8') === '49')
        writeFileSync(join(store, 'objects', path), '5')
    jobs = await open()
    expect(values(await all(jobs.run(square(ran), [7, 8])))).toEqual([49, 64])
    expect(ran.toSorted()).toEqual([7, 7, 8])
  })

  it('gives fresh results as they will come from the store', async () => {
    const stage: Stage<string, unknown> = {
      name: 'dates',
      version: '1',
      run: async () => ({ z: 1, gone: undefined, a: new Date(0), ö: '\ud83d' }),
    }
    const fresh = values(await all(jobs.run(stage, ['x'])))
    expect(fresh).toEqual([{ z: 1, a: '1970-01-01T00:00:00.000Z', ö: '\ud83d' }])
    expect(JSON.stringify(values(await all(jobs.run(stage, ['x']))))).toBe(JSON.stringify(fresh))
  })

  it('tries a failed unit again, later, and adds up what all attempts cost', async () => {
    const attempts: number[] = []
    const stage: Stage<number, string> = {
      name: 'flaky',
      version: '1',
      async run(_, { attempt, account }) {
        attempts.push(attempt)
        account({ requests: 1, promptTokens: 100, usd: 0.25 })
        account({ completionTokens: 7 })
        if (attempt < 3) throw new RetryableFailure('overloaded')
        return `at attempt ${attempt}`
      },
    }
    expect(values(await all(jobs.run(stage, [1])))).toEqual(['at attempt 3'])
    expect(attempts).toEqual([1, 2, 3])
    expect(await statusOf('flaky')).toMatchObject({
      ...{ version: '1', queued: 0, active: 0, done: 1, dead: 0, attempts: 3 },
      cost: { requests: 3, promptTokens: 300, completionTokens: 21, usd: 0.75 },
    })
  })

  it('gives dead units as not ok, keeps them dead, and revives them when told to', async () => {
    let broken = true
    let ran = 0
    const stage: Stage<number, number> = {
      name: 'sometimes',
      version: '1',
      maxAttempts: 2,
      async run(n) {
        ran++
        if (broken && n === 1) throw new PermanentFailure('no such\0tool')
        if (broken && n === 2) throw new TypeError('cannot read')
        return n
      },
    }
    const results = await all(jobs.run(stage, [0, 1, 2, 3]))
    expect(values(results)).toEqual([0, 'failed: no such\ufffdtool', 'failed: cannot read', 3])
    expect(results.map((result) => (result.ok ? 0 : result.attempts))).toEqual([0, 1, 2, 0])
    expect(ran).toBe(5)
    broken = false
    expect(values(await all(jobs.run(stage, [1, 2])))).toEqual([
      'failed: no such\ufffdtool',
      'failed: cannot read',
    ])
    expect((await jobs.dead()).map(({ attempts, error }) => [attempts, error])).toEqual(
      expect.arrayContaining([
        [1, 'no such\ufffdtool'],
        [2, 'cannot read'],
      ]),
    )
    expect(await jobs.retryDead()).toBe(2)
    expect(await statusOf('sometimes')).toMatchObject({ queued: 2, done: 2, dead: 0 })
    expect(values(await all(jobs.run(stage, [0, 1, 2, 3])))).toEqual([0, 1, 2, 3])
    expect(await jobs.dead()).toEqual([])
  })

  it('tries anew, where a run asks for it, the dead among its inputs and no others, once', async () => {
    let broken = true
    const ran: number[] = []
    const stage = (name: string): Stage<number, number> => ({
      name,
      version: '1',
      async run(n) {
        ran.push(n)
        if (broken || n === 9) throw new PermanentFailure('401')
        return n
      },
    })
    const [mine, other] = [stage('mine'), stage('other')]
    await all(jobs.run(mine, [1, 2, 3]))
    await all(jobs.run(other, [4]))
    broken = false
    ran.length = 0
    // The last comes when the first of its kind has died and left the window.
    async function* inputs() {
      yield* [1, 2, 9]
      await sleep(1500)
      yield 9
    }
    const results = values(await all(jobs.run(mine, inputs(), { retryDead: true })))
    expect(results).toEqual([1, 2, 'failed: 401', 'failed: 401'])
    expect(ran.toSorted()).toEqual([1, 2, 9])
    expect(await statusOf('mine')).toMatchObject({ queued: 0, done: 2, dead: 2 })
    expect(await statusOf('other')).toMatchObject({ queued: 0, dead: 1 })
    await jobs.retryDead()
    await all(jobs.run(mine, [3]))
    await all(jobs.run(other, [4]))
  })

  it('ends an attempt that takes too long, also of a stage that does not listen', async () => {
    const signals: AbortSignal[] = []
    const stage: Stage<boolean, number> = {
      name: 'endless',
      version: '1',
      maxAttempts: 1,
      timeoutMs: 50,
      run: (listens, { signal }) => {
        signals.push(signal)
        return listens ? sleep(60_000, 1, { signal }) : new Promise(() => {})
      },
    }
    expect(values(await all(jobs.run(stage, [true, false])))).toEqual([
      'failed: took longer than 0.05 s',
      'failed: took longer than 0.05 s',
    ])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  it('refuses a result that is no JSON, at once', async () => {
    const stage: Stage<number, unknown> = { name: 'nothing', version: '1', run: async () => undefined }
    const [result] = await all(jobs.run(stage, [1]))
    expect(result).toMatchObject({ ok: false, attempts: 1, error: expect.stringContaining('no JSON form') })
  })

  it('keeps to its concurrency, and reads only so far ahead of a slow reader', async () => {
    let [active, most, read] = [0, 0, 0]
    const stage: Stage<number, number> = {
      name: 'counted',
      version: '1',
      concurrency: 5,
      async run(n) {
        most = Math.max(most, ++active)
        await sleep(1)
        active--
        return n
      },
    }
    async function* source() {
      for (; read < 5000; ) yield read++
    }
    let got = 0
    for await (const _ of jobs.run(stage, source())) if (++got === 100) break
    expect(most).toBe(5)
    expect(read).toBeGreaterThan(100)
    expect(read).toBeLessThan(1000)
  })

  it('stops when told to, gives units back untried, and goes on later', async () => {
    const controller = new AbortController()
    const started: number[] = []
    let patient = false
    const stage: Stage<number, number> = {
      name: 'patient',
      version: '1',
      concurrency: 4,
      maxAttempts: 1,
      async run(n, { attempt, signal }) {
        started.push(n)
        expect(attempt).toBe(1)
        if (started.length === 4 && !patient) controller.abort(new Error('enough'))
        await sleep(patient ? 1 : 60_000, undefined, { signal })
        return n
      },
    }
    const inputs = Array.from({ length: 20 }, (_, i) => i)
    await expect(all(jobs.run(stage, inputs, { signal: controller.signal }))).rejects.toThrow('enough')
    expect(started).toHaveLength(4)
    expect(await statusOf('patient')).toMatchObject({ queued: 20, active: 0, done: 0, dead: 0, attempts: 0 })
    patient = true
    expect(values(await all(jobs.run(stage, inputs)))).toEqual(inputs)
  })

  it('does not wait for inputs that no longer come', async () => {
    async function* source() {
      yield 1
      await new Promise(() => {})
    }
    const controller = new AbortController()
    const got: unknown[] = []
    const run = async (): Promise<void> => {
      for await (const result of jobs.run(square([]), source(), { signal: controller.signal })) {
        got.push(result.ok && result.value)
        controller.abort(new Error('enough'))
      }
    }
    await expect(run()).rejects.toThrow('enough')
    expect(got).toEqual([1])
  })

  it('hands on what the inputs throw, and refuses inputs and names that cannot be', async () => {
    function* source() {
      yield 1
      throw new Error('line 2 of tasks.jsonl')
    }
    await expect(all(jobs.run(square([]), source()))).rejects.toThrow('line 2 of tasks.jsonl')
    await expect(all(jobs.run(square([]), [Number.NaN]))).rejects.toThrow('NaN has no JSON form')
    await expect(all(jobs.run(square([], { name: 'a b' }), [1]))).rejects.toThrow(
      '"a b" is no name of a stage or version',
    )
    expect(await all(jobs.run(square([]), []))).toEqual([])
  })

  it('lets several runs and workers share their units', async () => {
    const ran: number[] = []
    const inputs = Array.from({ length: 60 }, (_, i) => i)
    const controller = new AbortController()
    const ended: string[] = []
    const working = jobs.work([square(ran)], {
      signal: controller.signal,
      onUnit: ({ key }) => ended.push(key),
    })
    const [one, two] = await Promise.all([
      all(jobs.run(square(ran), inputs, { local: false })),
      all(jobs.run(square(ran), inputs.toReversed())),
    ])
    controller.abort()
    await working
    expect(values(one)).toEqual(inputs.map((n) => n * n))
    expect(values(two)).toEqual(values(one).toReversed())
    expect(ran.toSorted((a, b) => a - b)).toEqual(inputs)
  })

  it('stops at a store that refuses, and loses nothing by it', async () => {
    const ran: number[] = []
    const objects = join(store, 'objects')
    renameSync(objects, join(store, 'aside'))
    writeFileSync(objects, 'in the way')
    await expect(all(jobs.run(square(ran), [1, 2]))).rejects.toThrow(/^cannot write .*not a directory/)
    rmSync(objects)
    renameSync(join(store, 'aside'), objects)
    expect(values(await all(jobs.run(square(ran), [1, 2])))).toEqual([1, 4])
  })
})
