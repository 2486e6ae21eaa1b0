import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openCorpus } from '../data/corpus.ts'
import {
  type ScriptedRequest,
  type Step,
  says,
  scriptedEndpoint,
} from '../roles/scripted-endpoint.fixture.ts'
import { sheets, teacher, textOf } from '../synth/rephrase/teacher.fixture.ts'
import { loadRunConfig } from '../train/load-run-config.ts'
import { tsukimi } from './in-process.fixture.ts'

let directory = ''
const file = (name: string): string => join(directory, name)
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-rephrase-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
})

const lines = async (name: string): Promise<Record<string, string>[]> =>
  (await readFile(file(name), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

const writeTexts = (count: number): Promise<void> =>
  writeFile(
    file('texts.jsonl'),
    sheets.slice(0, count).map((sheet) => `${JSON.stringify({ body: textOf(sheet) })}\n`),
  )

/** Ready when asked whether it is. */
const ready =
  (script: (request: ScriptedRequest) => Step) =>
  (request: ScriptedRequest): Step =>
    request.messages.length === 1 ? says('ready') : script(request)

test('texts become training data once, and what is done is not asked for again', async () => {
  await writeTexts(4)
  const last = sheets[3]!.subject
  const script = teacher((text) => (text.includes(last) ? `Sure! ${text}` : text))
  await using server = await scriptedEndpoint(ready(script))
  const args = (...more: readonly string[]) => [
    ...['rephrase', file('texts.jsonl'), '--out', file('out'), '--text-field', 'body'],
    ...['--base-url', server.baseUrl, '--model', 'scripted', '--weight', '2', ...more],
  ]
  const { code, stdout, stderr } = await tsukimi(...args())
  expect([code, stderr]).toEqual([0, expect.stringContaining('6 of 8 rewritings accepted')])
  expect(stdout).toContain('accepted        6  75.0%\nrejected: talk  2  25.0%\n')

  const accepted = await lines('out/rephrased.jsonl')
  expect(accepted.map(({ source, excerpt }) => [source, excerpt])).toEqual(
    [1, 1, 2, 2, 3, 3].map((n) => [`texts.jsonl:${n}`, 0]),
  )
  const [reject] = await lines('out/rejects.jsonl')
  expect(reject).toMatchObject({
    source: 'texts.jsonl:4',
    reason: 'talk',
    problems: ['chunk 1 of 1: talks about the task: "Sure!"'],
    text: textOf(sheets[3]!),
    rewritten: expect.stringContaining(last),
  })

  const { data } = await loadRunConfig(file('out/data.yaml'))
  expect(data.textField).toBe('body')
  expect(data.sources.map(({ path }) => path)).toEqual([file('texts.jsonl'), file('out/rephrased.jsonl')])
  const { sources, tokens } = JSON.parse(await readFile(file('out/summary.json'), 'utf8'))
  const drawn = sources[0].tokens + 2 * tokens
  expect(data.sources[0]!.weight).toBeCloseTo(sources[0].tokens / drawn, 5)
  expect(data.sources[1]!.weight).toBeCloseTo((2 * tokens) / drawn, 5)
  const corpus = await openCorpus({ paths: [file('out/rephrased.jsonl')], textField: 'body' })
  expect((await Array.fromAsync(corpus.documents())).map(({ text }) => text)).toEqual(
    accepted.map(({ body }) => body),
  )

  const before = server.requests.length
  const rephrased = await readFile(file('out/rephrased.jsonl'), 'utf8')
  await tsukimi(...args('--concurrency', '1'))
  expect(server.requests.length - before).toBe(1)
  expect(await readFile(file('out/rephrased.jsonl'), 'utf8')).toBe(rephrased)
})

test('where nothing is accepted the exit code says so', async () => {
  await writeTexts(1)
  await using server = await scriptedEndpoint(ready(() => says('I cannot help with that, as an AI.')))
  const { code, stderr } = await tsukimi(
    ...['rephrase', file('texts.jsonl'), '--out', file('out'), '--text-field', 'body'],
    ...['--base-url', server.baseUrl, '--model', 'scripted', '--no-judge'],
  )
  expect([code, stderr]).toEqual([1, expect.stringContaining('error: no rewriting was accepted')])
  expect(server.requests).toHaveLength(1 + 2)
})

test.each<[name: string, more: readonly string[], elsewhere: boolean, judgeKey: string]>([
  ['another endpoint gets no key', [], true, 'Bearer none'],
  ['another endpoint gets its own key', ['--judge-api-key-env', 'JUDGE_KEY'], true, 'Bearer of-the-judge'],
  ['the same endpoint gets the same key', [], false, 'Bearer of-the-rephraser'],
])('a judge at %s', async (_, more, elsewhere, judgeKey) => {
  vi.stubEnv('REPHRASER_KEY', 'of-the-rephraser')
  vi.stubEnv('JUDGE_KEY', 'of-the-judge')
  await writeTexts(1)
  const script = ready(teacher((text) => text))
  await using server = await scriptedEndpoint(script)
  await using other = await scriptedEndpoint(script)
  const judge = elsewhere ? other : server
  const { code } = await tsukimi(
    ...['rephrase', file('texts.jsonl'), '--out', file('out'), '--text-field', 'body'],
    ...['--base-url', server.baseUrl, '--model', 'scripted', '--api-key-env', 'REPHRASER_KEY'],
    ...['--judge-base-url', `${judge.baseUrl}/`, ...more],
  )
  expect(code).toBe(0)
  expect(new Set(server.keys)).toEqual(new Set(['Bearer of-the-rephraser']))
  expect(judge.keys.length).toBeGreaterThan(1)
  expect(new Set(judge.keys)).toEqual(new Set([judgeKey]))
})

test.each<[args: readonly string[], message: string]>([
  [[], 'what is to be rephrased?'],
  [['sotu'], 'who rephrases? Give an endpoint'],
  [['sotu', '--facts', '3'], 'give --facts or texts (sotu), not both'],
  [
    [
      'sotu',
      '--mode',
      'mathematics',
      '--per-source',
      '3',
      '--base-url',
      'http://127.0.0.1:9/v1',
      '--model',
      'm',
    ],
    '--per-source 3: there are 2 ways of mathematics to write a text; give at most 2',
  ],
  [['sotu', '--prices', '0.6'], 'Give prices per million tokens, as in 0.6,2.5'],
  [['sotu', '--mode', 'poem'], 'Allowed choices are knowledge, mathematics, translation'],
  [['missing.jsonl', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm'], 'missing.jsonl: no such file'],
  [['sotu', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm', '--retries', '0'], '127.0.0.1:9'],
])('rephrase %j is refused', async (args, message) => {
  const { code, stderr } = await tsukimi('rephrase', ...args, '--out', file('out'))
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
})

test('facts need no model', async () => {
  const { code, stdout } = await tsukimi(
    'rephrase',
    '--facts',
    '5',
    '--per-source',
    '3',
    '--out',
    file('facts'),
  )
  expect([code, stdout]).toEqual([0, expect.stringContaining('tsukimi pretrain')])
  const facts = await lines('facts/facts.jsonl')
  const rephrased = await lines('facts/rephrased.jsonl')
  const questions = await lines('facts/questions.jsonl')
  expect([facts.length, rephrased.length]).toEqual([5, 15])
  for (const { source, answer } of questions)
    for (const { text } of [...facts, ...rephrased].filter((line) => line.source === source))
      expect(text!.toLowerCase()).toContain(answer!.toLowerCase())
  const { data, tokenizer } = await loadRunConfig(file('facts/data.yaml'))
  expect(tokenizer.path).toBeNull()
  expect(data.sources.map(({ weight }) => Math.round(weight * 100))).toEqual(
    [25, 75].map((n) => expect.closeTo(n, -1)),
  )
})
