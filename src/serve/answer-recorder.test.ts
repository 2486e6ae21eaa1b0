import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import type { Trajectory } from '../trajectory/trajectory.ts'
import { openTrajectoryLog } from '../trajectory/trajectory-log.ts'
import { UserError } from '../user-error.ts'
import type { AnswerRecording } from './answer-recorder.ts'
import type { Script } from './scripted-scheduler.fixture.ts'
import { always, callsText, startTestServer, weatherTool } from './test-server.fixture.ts'

let path = ''
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'tsukimi-recorder-')), 'served.jsonl')
})
afterEach(() => rm(join(path, '..'), { recursive: true }))

const ask = (url: string, more: object = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'alias',
      messages: [{ role: 'user', content: 'Weather?' }],
      temperature: 0.5,
      seed: 3,
      ...more,
    }),
  })

/** A log in memory, each of whose writes is decided by the test. */
function memoryLog(append: (trajectory: Trajectory) => Promise<void>) {
  const warnings: string[] = []
  return {
    warnings,
    recording: {
      log: { append, sync: async () => undefined },
      warn: (line) => warnings.push(line),
    } satisfies AnswerRecording,
  }
}

async function logged(script: Partial<Script>, more: object): Promise<Trajectory[]> {
  const warn = (line: string) => expect.unreachable(line)
  await using log = await openTrajectoryLog(path)
  await using server = await startTestServer(script, {}, { recording: { log, warn } })
  expect((await ask(server.url, more)).status).toBe(200)
  await server.server.stop(0)
  return await Array.fromAsync(readTrajectories(path))
}

const calls = callsText([['get_weather', '{"city":"Oslo"}']])

test('an answer with a call: messages, tools, settings, outcome', async () => {
  const [trajectory, ...others] = await logged(always(`I look.${calls}`), {
    tools: [weatherTool],
    parallel_tool_calls: false,
    logit_bias: { 7: 2 },
  })
  expect(others).toEqual([])
  const { nodes, tools, models, outcome, seed, task } = trajectory!
  expect(tools).toEqual([weatherTool])
  expect(nodes.map(({ parent, author }) => [parent, author])).toEqual([
    [-1, 'user'],
    [0, 'assistant'],
  ])
  expect(nodes[1]!.message).toEqual({
    role: 'assistant',
    content: 'I look.',
    toolCalls: [{ id: 'functions.get_weather:0', name: 'get_weather', arguments: '{"city":"Oslo"}' }],
  })
  expect(nodes[1]!.meta).toMatchObject({ parallel_tool_calls: false })
  expect(models).toMatchObject({
    assistant: { name: 'tsukimi-test', sampling: { temperature: 0.5, 'logit_bias.7': 2 } },
  })
  expect(outcome).toEqual({ reward: null, parts: [], status: 'completed', stop: 'tool_calls' })
  expect([seed, task.set]).toEqual([3, 'served'])
})

test('the choices of a request are of one task, and differ in seed', async () => {
  const trajectories = await logged({}, { n: 3, max_tokens: 4 })
  expect(trajectories.map(({ seed }) => seed).sort()).toEqual([3, 4, 5])
  expect(new Set(trajectories.map(({ task }) => task.id)).size).toBe(1)
  expect(trajectories.map(({ outcome }) => outcome?.status)).toEqual(Array(3).fill('truncated'))
})

test('a stop text ends an answer, which is what was given out', async () => {
  const [trajectory] = await logged(always('One. Two.'), { stop: [' Tw'] })
  expect(trajectory!.nodes[1]!.message.content).toBe('One.')
  expect(trajectory!.outcome).toMatchObject({ status: 'completed', stop: 'stop text " Tw"' })
})

test('a begun answer is one turn, whose beginning nobody sampled', async () => {
  const messages = [
    { role: 'user', content: 'Count.' },
    { role: 'assistant', content: 'One, ', partial: true },
  ]
  const [trajectory] = await logged(always('two.'), { messages })
  const { message, tokens } = trajectory!.nodes[1]!
  expect(message).toEqual({ role: 'assistant', content: 'One, two.' })
  const begins = tokens!.sampled.indexOf(1)
  expect(tokens!.sampled.lastIndexOf(0)).toBe(begins - 1)
  expect(tokens!.weightVersions.lastIndexOf(-1)).toBe(begins - 1)
})

test('answers cut by the end of the server are logged before it is over', async () => {
  await using log = await openTrajectoryLog(path)
  const warn = (line: string) => expect.unreachable(line)
  await using server = await startTestServer({ tokenMs: 5 }, {}, { recording: { log, warn } })
  const answer = await ask(server.url, { stream: true, n: 2 })
  const reader = answer.body!.getReader()
  await reader.read()
  const rest = (async () => {
    while (!(await reader.read()).done);
  })()
  await expect.poll(() => server.scheduler.stats().generatedTokens).toBeGreaterThan(6)
  await server.server.stop(0)
  await rest
  const outcomes = (await Array.fromAsync(readTrajectories(path))).map(({ outcome }) => outcome)
  expect(outcomes.map((outcome) => outcome?.status)).toEqual(['aborted', 'aborted'])
  expect(outcomes.map((outcome) => outcome?.stop)).toContain('the server is shutting down')
})

const metricsOf = async (url: string): Promise<string[]> =>
  (await (await fetch(`${url}/metrics`)).text())
    .split('\n')
    .filter((line) => /^tsukimi_\w+_trajectories_total/.test(line))

test('a full disk is told once; answers are given all the same, and the lost ones counted', async () => {
  let isFull = false
  const kept: string[] = []
  const { recording, warnings } = memoryLog(async ({ id }) => {
    if (isFull) throw new UserError('cannot write served.jsonl: no space left on the disk')
    kept.push(id)
  })
  await using server = await startTestServer(always('Fine.'), {}, { recording })
  for (const full of [false, true, true, false]) {
    isFull = full
    expect((await ask(server.url)).status).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await metricsOf(server.url)).toEqual([
    'tsukimi_logged_trajectories_total 2',
    'tsukimi_lost_trajectories_total 2',
  ])
  await server.server.stop(0)
  expect(kept.length).toBe(2)
  expect(warnings).toEqual([
    'an answer was not logged: cannot write served.jsonl: no space left on the disk. Answers are given all the same; those that cannot be logged are counted in /metrics',
    '2 answers could not be logged',
  ])
})

test('a disk that stands still holds up no answer, and no more than so much memory', async () => {
  let go = (): void => undefined
  const still = new Promise<void>((resolve) => {
    go = resolve
  })
  const seeds: number[] = []
  const { recording, warnings } = memoryLog(async ({ seed }) => {
    await still
    seeds.push(seed)
  })
  await using server = await startTestServer(
    always('Fine.'),
    {},
    { recording: { ...recording, mostWaitingTokens: 120 } },
  )
  for (let seed = 0; seed < 12; seed++) expect((await ask(server.url, { seed })).status).toBe(200)
  const lost = Number(/\d+$/.exec((await metricsOf(server.url))[1]!)![0])
  expect(lost).toBeGreaterThan(0)
  expect(lost).toBeLessThan(12)
  go()
  await server.server.stop(0)
  expect(seeds).toEqual(Array.from({ length: 12 - lost }, (_, i) => i))
  expect(warnings[0]).toContain('the disk is slower than the answers come')
})

test('without a log nothing is counted', async () => {
  await using server = await startTestServer(always('Fine.'))
  expect(await metricsOf(server.url)).toEqual([])
})
