import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { openJobs } from '../jobs/open-jobs.ts'
import { startPostgres } from '../jobs/postgres.fixture.ts'
import { bin, env, filesOf, small, synth } from './synth.fixture.ts'

const server = await startPostgres()
const directory = mkdtempSync(join(tmpdir(), 'synth-workers-'))
afterAll(async () => {
  vi.unstubAllEnvs()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
}, 120_000)

/** The command beside a worker, which does most of the work: this process does one chunk at a time. */
async function withWorker(run: string, store: string): Promise<string> {
  const url = server!.url
  const worker = spawn(process.execPath, [bin, 'worker', '--run', run, '--store', store], {
    env: { ...env, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.includes('working on')) await once(worker.stderr, 'data')
  await synth('all', { run, store, ...small, tasks: 120, concurrency: 1 })
  worker.kill('SIGINT')
  await once(worker, 'exit')
  return said
}

test.skipIf(server === undefined)(
  'a worker beside the command changes no byte',
  { timeout: 180_000 },
  async () => {
    const [alone, both, store] = ['alone', 'both', 'store'].map((name) => join(directory, name))
    vi.stubEnv('DATABASE_URL', '')
    await synth('all', { run: alone!, ...small, tasks: 120 })
    vi.stubEnv('DATABASE_URL', server!.url)
    const said = await withWorker(both!, store!)
    expect(Number(/(\d+) units done/.exec(said)?.[1])).toBeGreaterThan(0)
    expect(await filesOf(both!)).toEqual(await filesOf(alone!))
    await using jobs = await openJobs({ directory: both!, store, databaseUrl: server!.url })
    expect((await jobs.status()).map(({ stage }) => stage)).toContain('synth/judge')
  },
)
