import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readOpenAiChats } from '../trajectory/openai-chat.ts'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import {
  bin,
  env,
  filesOf,
  type Outcome,
  small,
  smallArguments,
  synth,
  synthProcess,
} from './synth.fixture.ts'

const directory = mkdtempSync(join(tmpdir(), 'synth-command-'))
vi.stubEnv('DATABASE_URL', '')
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
}, 120_000)

/** One whole run that tests look at, and then change one after the other: a database takes longer than a stage. */
const whole = join(directory, 'whole')
let made: Outcome
let files: readonly string[]
beforeAll(async () => {
  made = await synthProcess('all', '--run', whole, ...smallArguments, '--concurrency', '1', '--json')
  files = await filesOf(whole)
}, 180_000)

describe('tsukimi synth', { timeout: 180_000 }, () => {
  test('goes from nothing to filtered data', async () => {
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('filter: ')])
    const records = JSON.parse(made.stdout) as { stage: string; output: number }[]
    const outputs = Object.fromEntries(records.map(({ stage, output }) => [stage, output]))
    const kept = await Array.fromAsync(readTrajectories(join(whole, 'kept.jsonl')))
    const rejected = await Array.fromAsync(readTrajectories(join(whole, 'rejected.jsonl')))
    expect(outputs).toMatchObject({ agents: 8, tasks: 24, trajectories: 24, filter: kept.length })
    expect(outputs.tools).toBeGreaterThanOrEqual(200)
    expect(kept.length + rejected.length).toBe(24)
    expect(kept.every(({ outcome }) => outcome?.reward === 1)).toBe(true)
    expect(rejected.every(({ labels }) => labels?.rejection !== undefined)).toBe(true)
    expect(new Set([...kept, ...rejected].map(({ labels }) => labels?.family))).toContain('code')
  })

  test('its chats are read as training reads them', async () => {
    const path = join(whole, 'kept.openai.jsonl')
    const chats = await Array.fromAsync(readOpenAiChats(path, { set: 'kept' }))
    const kept = await Array.fromAsync(readTrajectories(join(whole, 'kept.jsonl')))
    expect(chats.map(({ nodes }) => nodes.length)).toEqual(kept.map(({ nodes }) => nodes.length))
    expect(chats.some(({ tools }) => tools.length > 0)).toBe(true)
  })

  test('writes the same bytes after kill -9, with eight chunks at once', async () => {
    const killed = join(directory, 'killed')
    const args = ['all', '--run', killed, ...smallArguments, '--concurrency', '8']
    const child = spawn(process.execPath, [bin, 'synth', ...args], { env, stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (
      child.exitCode === null &&
      (await readdir(join(killed, '.jobs', 'objects')).catch(() => [])).length < 2
    )
      await sleep(10)
    child.kill('SIGKILL')
    await ended
    expect(child.signalCode).toBe('SIGKILL')
    expect((await synthProcess(...args)).code).toBe(0)
    expect(await filesOf(killed)).toEqual(files)
  })

  test('does nothing twice, and anew what a change concerns', async () => {
    const run = whole
    expect(await synth('all', { run })).toEqual([])
    expect(await synth(['agents'], { run, agents: 7 })).toEqual(['agents'])
    expect(await synth(['tasks'], { run })).toEqual(['tasks'])
    const tasks = (await readFile(join(run, 'tasks.jsonl'), 'utf8')).trimEnd().split('\n')
    const agents = tasks.map((line) => (JSON.parse(line) as { agent: { id: string } }).agent.id)
    expect([tasks.length, agents.includes('agent-5-6'), agents.includes('agent-5-7')]).toEqual([
      24,
      true,
      false,
    ])
    await expect(synth(['filter'], { run })).rejects.toThrow('run `tsukimi synth trajectories')
    expect(await synth('all', { run, ...small })).toEqual(['agents', 'tasks'])
    expect(await filesOf(run)).toEqual(files)
  })

  test('keeps nothing that an evaluation set has', async () => {
    const run = whole
    const [first] = await Array.fromAsync(readTrajectories(join(run, 'kept.jsonl')))
    const text = first!.nodes.flatMap(({ message }) =>
      message.role === 'user' || message.role === 'assistant' ? [message.content] : [],
    )
    const set = join(directory, 'held-out.jsonl')
    await writeFile(set, `${JSON.stringify({ id: 'q1', question: text.join('\n') })}\n`)
    expect(await synth(['filter'], { run, evaluation: [set] })).toEqual(['filter'])
    const rejected = await Array.fromAsync(readTrajectories(join(run, 'rejected.jsonl')))
    const found = rejected.find(({ id }) => id === first!.id)
    expect(found?.labels?.rejection).toBe('contaminated: held-out.jsonl: q1')
  })

  test('reports', async () => {
    const { code, stdout } = await synthProcess('report', '--run', whole)
    expect([code, stdout]).toEqual([
      0,
      `${join(whole, 'report.html')} and ${join(whole, 'report.json')} written\n`,
    ])
    const data = JSON.parse(readFileSync(join(whole, 'report.json'), 'utf8')) as {
      stages: { output: number }[]
      samples: unknown[]
    }
    expect(data.stages.map(({ output }) => output).slice(1, 4)).toEqual([8, 24, 24])
    expect(data.samples.length).toBeGreaterThan(4)
    expect(readFileSync(join(whole, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i)
  })

  test('says what is missing', async () => {
    const run = join(directory, 'empty')
    const { code, stderr } = await synthProcess('tasks', '--run', run)
    const message = `error: ${join(run, 'applications.jsonl')} is not there; run \`tsukimi synth tools --run ${run}\` first\n`
    expect([code, stderr]).toEqual([1, message])
  })

  test('says what cannot be read or made, and begins nothing', async () => {
    const run = join(directory, 'file')
    await expect(synth('all', { run, evaluation: ['nowhere.jsonl'] })).rejects.toThrow(
      /nowhere\.jsonl.*no such file/,
    )
    expect(await readdir(directory)).not.toContain('file')
    await writeFile(run, 'not a run')
    await expect(synth('all', { run })).rejects.toThrow(`cannot create ${run}: there is a file of that name`)
    expect(await readFile(run, 'utf8')).toBe('not a run')
  })

  test('says which line of a file is damaged, and which file is newer', async () => {
    const run = whole
    await writeFile(join(run, 'agents.jsonl'), '{"id": "half')
    await expect(synth(['tasks'], { run })).rejects.toThrow(/agents\.jsonl:1:\d+: not JSON/)
    await writeFile(join(run, 'stages', 'tools.json'), '{"version": 7}')
    await expect(synth(['agents'], { run })).rejects.toThrow('version 7, which this tsukimi cannot read')
  })
})
