import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  callAnswer,
  json,
  type Reaction,
  startScriptedServer,
  textAnswer,
} from '../eval/vendor/scripted-server.fixture.ts'
import { resultLines, wordOf, wordSamples } from '../eval/vendor/verify-vendor.fixture.ts'
import { tsukimi } from './in-process.fixture.ts'

let directory = ''
const file = (name: string): string => join(directory, name)
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-verify-vendor-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
})

const writeSamples = (words: readonly string[]): Promise<void> =>
  writeFile(
    file('samples.jsonl'),
    wordSamples(...words)
      .map(({ body }) => `${JSON.stringify(body)}\n`)
      .join(''),
  )

const outputs = (name = 'results.jsonl'): readonly string[] => [
  '--output',
  file(name),
  '--summary',
  file(name.replace('.jsonl', '.json')),
]

const calls: Reaction = ({ body }, response) =>
  json(response, wordOf(body).startsWith('call') ? callAnswer('look', '{"word":"moon"}') : textAnswer('No.'))

test('text, summary, report and thresholds, beside a reference', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-secret')
  await using reference = await startScriptedServer(calls)
  await using vendor = await startScriptedServer((received, response) =>
    wordOf(received.body) === 'call c' ? json(response, textAnswer('No.')) : calls(received, response),
  )
  await writeSamples(['call a', 'call b', 'call c', 'd'])
  const run = (server: { readonly baseUrl: URL }, ...rest: readonly string[]) =>
    tsukimi('verify-vendor', file('samples.jsonl'), '--base-url', server.baseUrl.href, ...rest)
  expect((await run(reference, ...outputs('official.jsonl'))).code).toBe(0)

  const compared = [
    '--reference',
    file('official.jsonl'),
    ...outputs(),
    '--report',
    file('r.html'),
    '--diffs',
    file('d.jsonl'),
  ]
  const { code, stdout, stderr } = await run(
    vendor,
    ...compared,
    '--min-f1',
    '0.75',
    '--min-schema-accuracy',
    '1',
  )
  expect(code).toBe(0)
  expect(stdout).toContain('tool_call_f1')
  expect(stdout).toContain('TP 2, FP 0, FN 1, TN 1')
  expect(stdout).toContain('pass: tool_call_f1 is 80.00%, at least 75.00% is asked for')
  expect(stderr).toMatch(/4 of 4 requests in \d+ s/)
  const summary = JSON.parse(await readFile(file('results.json'), 'utf8'))
  expect(summary).toMatchObject({
    finish_stop: 2,
    finish_tool_calls: 2,
    analysis: { comparison: { tp: 2, fn: 1 } },
  })
  expect(await readFile(file('r.html'), 'utf8')).toContain('<section id="reference">')
  expect(JSON.parse(await readFile(file('d.jsonl'), 'utf8'))).toMatchObject({ data_index: 3, kind: 'finish' })
  for (const name of ['results.jsonl', 'results.json', 'r.html'])
    expect(await readFile(file(name), 'utf8')).not.toContain('sk-secret')
  expect(vendor.received[0]!.headers.authorization).toBe('Bearer sk-secret')

  const strict = await run(vendor, ...compared, '--incremental', '--min-f1', '0.9', '--json')
  expect(strict.code).toBe(1)
  expect(strict.stderr).toContain('error: below what is asked for: tool_call_f1')
  expect(JSON.parse(strict.stdout)).toMatchObject({ differences: [{ data_index: 3 }] })
  expect(vendor.received).toHaveLength(4)
})

test('a fault is told with the first request that has it and what the server said', async () => {
  await using server = await startScriptedServer((received, response) =>
    wordOf(received.body) === 'call long'
      ? json(response, { error: { message: 'the prompt is too long\u001b[2J' } }, 400)
      : calls(received, response),
  )
  await writeSamples(['call a', 'call long', 'call long'])
  const { stdout } = await tsukimi(
    'verify-vendor',
    file('samples.jsonl'),
    '--base-url',
    server.baseUrl.href,
    ...outputs(),
  )
  expect(stdout).toContain(
    '  2  http  HTTP 400  first in request 2: HTTP 400: the prompt is too long\u{fffd}[2J',
  )
})

test("without a file tsukimi's own samples are sent", async () => {
  await using server = await startScriptedServer(calls)
  const { code } = await tsukimi(
    'verify-vendor',
    '--base-url',
    server.baseUrl.href,
    '--model',
    'm',
    ...outputs(),
  )
  expect(code).toBe(0)
  expect(server.received).toHaveLength(60)
})

test.each([
  [['--base-url', 'localhost:8000'], /Give an address such as/],
  [['--base-url', 'http://localhost', '--extra-body', '[1]'], /Give a JSON object/],
  [['--base-url', 'http://localhost', '--min-f1', '80'], /Give a share from 0 to 1/],
  [
    ['--base-url', 'http://localhost', '--min-f1', '0.8'],
    /--min-f1 needs a run to compare with; give --reference/,
  ],
  [['--base-url', 'http://localhost', '--reference', 'nowhere.jsonl'], /cannot read nowhere\.jsonl/],
  [['--base-url', 'http://localhost'], /own samples:1: the request names no model; give --model/],
])('mistakes: %j', async (args, message) => {
  const { code, stderr } = await tsukimi('verify-vendor', ...args, ...outputs())
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/^ {4}at /m)
})

test('when nothing is answered, the first reason is told', async () => {
  await using server = await startScriptedServer((_, response) =>
    json(response, { error: { message: 'wrong key' } }, 401),
  )
  await writeSamples(['a', 'b'])
  const args = ['verify-vendor', file('samples.jsonl'), '--base-url', server.baseUrl.href, ...outputs()]
  const { code, stderr, stdout } = await tsukimi(...args)
  expect(code).toBe(1)
  expect(stderr).toContain('no request was answered; the first: HTTP 401: wrong key')
  expect(stdout).toMatch(/2 +http +HTTP 401/)
})

const program = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))

test.each(['SIGKILL', 'SIGINT'] as const)(
  '%s in the middle: going on sends only the rest',
  async (signal) => {
    const words = Array.from({ length: 12 }, (_, i) => `call ${i}`)
    await writeSamples(words)
    /** Requests after the sixth are left open while the first process lives. */
    let blocked = true
    let hung: (() => void) | undefined
    const hangs = new Promise<void>((resolve) => {
      hung = resolve
    })
    await using server = await startScriptedServer((received, response) => {
      if (blocked && server.received.length > 6) hung?.()
      else calls(received, response)
    })
    const args = [
      'verify-vendor',
      file('samples.jsonl'),
      '--base-url',
      server.baseUrl.href,
      '--concurrency',
      '1',
      ...outputs(),
    ]
    const child = spawn(process.execPath, [program, ...args], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.on('exit', (code, by) => resolve(by ?? code)))
    await hangs
    child.kill(signal)
    expect(await ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 130)
    // One at a time: when the seventh request came, the sixth result had been written.
    expect(await resultLines(file('results.jsonl'))).toHaveLength(6)

    blocked = false
    const { code } = await tsukimi(...args, '--incremental')
    expect(code).toBe(0)
    const sent = server.received.map(({ body }) => wordOf(body))
    expect(sent).toEqual([...words.slice(0, 7), ...words.slice(6)])
    expect(await resultLines(file('results.jsonl'))).toHaveLength(12)
  },
)
