import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { startPostgres } from '../jobs/postgres.fixture.ts'
import {
  type ScriptedEndpoint,
  type ScriptedRequest,
  type Step,
  says,
  scriptedEndpoint,
} from '../roles/scripted-endpoint.fixture.ts'
import { sheets, teacher, textOf } from '../synth/rephrase/teacher.fixture.ts'
import type { RephraseOptions } from './rephrase-options.ts'
import { runRephrase } from './run-rephrase.ts'
import { bin, env } from './synth.fixture.ts'

const server = await startPostgres()
const directory = mkdtempSync(join(tmpdir(), 'rephrase-workers-'))
const texts = join(directory, 'texts.jsonl')
writeFileSync(
  texts,
  sheets
    .slice(0, 20)
    .map((sheet) => `${JSON.stringify({ text: textOf(sheet) })}\n`)
    .join(''),
)
afterAll(async () => {
  vi.unstubAllEnvs()
  await server?.[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

const prices = { input: 1, output: 2 }
const optionsOf = (out: string, baseUrl: string): RephraseOptions => ({
  ...{ out, baseUrl, model: 'scripted', apiKeyEnv: 'REPHRASE_KEY', prices, judge: true },
  ...{ mode: 'knowledge', language: 'en', perSource: 4, weight: 1, textField: 'text' },
  ...{ excerptTokens: 4096, chunkTokens: 256, temperature: 0.8, concurrency: 1 },
  ...{ timeout: 60, retries: 2, seed: 3 },
})

const { signal } = new AbortController()
const [own, workers] = ['of-the-command', 'of-the-worker']

/** Rephrases, slowly until a worker has asked for something where there is to be one; some answers are rejected. */
async function endpoint(
  until: (keys: readonly (string | undefined)[]) => boolean,
): Promise<ScriptedEndpoint> {
  const fault = teacher((text) => (text.includes(sheets[5]!.subject) ? `Sure! ${text}` : text))
  let keys: ScriptedEndpoint['keys'] = []
  const script = (request: ScriptedRequest): Step => {
    if (request.messages.length === 1) return says('ready')
    return { ...fault(request), afterMs: until(keys) ? 0 : 300 } as Step
  }
  const opened = await scriptedEndpoint(script)
  keys = opened.keys
  return opened
}

/** A worker, once the command has written whom to ask. */
async function worker(run: string, store: string) {
  while (!existsSync(join(run, 'roles.json'))) await sleep(20)
  const child = spawn(process.execPath, [bin, 'worker', '--run', run, '--stages', 'rephrase'], {
    env: { ...env, DATABASE_URL: server!.url, TSUKIMI_STORE: store, REPHRASE_KEY: workers },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return async (): Promise<string> => {
    child.kill('SIGINT')
    await once(child, 'exit')
    return said
  }
}

const written = (run: string): readonly string[] =>
  ['rephrased.jsonl', 'rejects.jsonl', 'summary.json'].map((name) => readFileSync(join(run, name), 'utf8'))

test.skipIf(server === undefined)('a worker beside a rephrasing changes no byte', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('DATABASE_URL', server!.url)
  vi.stubEnv('REPHRASE_KEY', own)
  const [alone, both] = ['alone', 'both'].map((name) => join(directory, name)) as [string, string]
  await using asked = await endpoint((keys) => keys.includes(`Bearer ${workers}`))
  const run = async (out: string) => {
    vi.stubEnv('TSUKIMI_STORE', join(out, 'store'))
    return runRephrase([texts], optionsOf(out, asked.baseUrl), signal)
  }
  const finished = run(both)
  const stop = await worker(both, join(both, 'store'))
  const { summary } = await finished
  const said = await stop()
  expect(Number(/(\d+) units done/.exec(said)?.[1])).toBeGreaterThan(0)
  expect([summary.accepted, summary.reasons]).toEqual([76, { talk: 4 }])
  expect(summary.cost.requests).toBe(asked.requests.length - 1)
  expect(summary.cost.usd).toBeCloseTo((summary.cost.requests * (100 * 1 + 10 * 2)) / 1e6, 12)

  await run(alone)
  const figures = ([kept, rejects, summary]: readonly string[]) => {
    const { cost, ...counts } = JSON.parse(summary!)
    return { kept, rejects, counts, requests: cost.requests }
  }
  expect(figures(written(alone))).toEqual(figures(written(both)))
})
