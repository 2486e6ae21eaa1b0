import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aloneGroup } from '../files/process-group.ts'
import { starterTask } from '../synth/starter/starter-task.ts'
import { writeTasks } from '../synth/tasks/task-files.ts'
import { parseOverride } from '../train/config-override.ts'
import { withCountedSteps } from '../train/fine-tuning-config.ts'
import { tsukimi } from './in-process.fixture.ts'
import { describeTrainedModel } from './load-trained-model.ts'
import { prepareTogether } from './prepare-run.ts'
import { tinyConfig, writeTinyCheckpoint } from './tiny-checkpoint.fixture.ts'
import { tuningConfig } from './tuning-config.ts'

const launcher = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
const run = promisify(execFile)
let directory: string

const lines = (records: readonly unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')
const chats = Array.from({ length: 20 }, (_, i) => ({
  messages: [
    { role: 'user', content: `${i}` },
    { role: 'assistant', content: 'yes' },
  ],
}))
/** Half of them were solved. */
const trajectories = Array.from({ length: 20 }, (_, i) => ({
  ...{ version: 1, id: `${i}`, task: { set: 's', id: `${i}`, digest: 'd' }, seed: 0, models: {}, tools: [] },
  nodes: chats[i]!.messages.map((message, at) => ({ parent: at - 1, author: message.role, message })),
  outcome: { reward: i % 2, parts: [], status: 'completed', stop: 'user done' },
}))
const pairs = Array.from({ length: 12 }, (_, i) => ({ prompt: `${i}`, chosen: 'y', rejected: 'n' }))

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-sft-'))
  await writeTinyCheckpoint(join(directory, 'roomy'), { ...tinyConfig, maxPositionEmbeddings: 4096 })
  await writeTinyCheckpoint(join(directory, 'base'), { ...tinyConfig, maxPositionEmbeddings: 1536 })
  await writeTinyCheckpoint(join(directory, 'other'), { ...tinyConfig, initializerRange: 0.2 })
  await writeTinyCheckpoint(join(directory, 'unmatched'), { ...tinyConfig, vocabSize: 300 })
  const files: Record<string, string> = {
    'chats.jsonl': lines(chats),
    'pairs.jsonl': lines(pairs),
    'trajectories.jsonl': lines(trajectories),
    'failed.jsonl': lines(trajectories.filter((_, i) => i % 2 === 0)),
    'user.jsonl': lines([{ messages: [{ role: 'user', content: 'a' }] }]),
    'empty.jsonl': '',
    'one.jsonl': lines(chats.slice(0, 1)),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function sft(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, [launcher, 'sft', ...args], { cwd: directory })) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

const json = (path: string) =>
  JSON.parse(readFileSync(join(directory, path), 'utf8')) as Record<string, unknown>

const small = ['--threads', '1', '--set', 'data.sequenceLength=32', '--set', 'chat.defaultSystem=null']

test('a base learns conversations: epochs become steps, the report is written, the style goes with the checkpoint', async () => {
  const { code, stdout, stderr } = await sft(
    ...[
      'base',
      '--data',
      'chats.jsonl',
      '--data',
      'trajectories.jsonl',
      '--epochs',
      '2',
      '--out',
      'run',
      ...small,
    ],
    ...['--set', 'samples.prompts=["1"]', '--set', 'samples.maxTokens=3', '--set', 'batch.sequences=4'],
    ...['--set', 'chat.toolStyle=typescript', '--set', 'data.heldOutFraction=0.2'],
  )
  expect([code, stderr]).toEqual([0, expect.stringMatching(/conversations: \d+ of .* learned; \d+ held out/)])
  expect(stderr).toContain('10 trajectories that failed were left out (--set chat.failed=learn')
  expect(stdout).toMatch(/held-out loss +\d\.\d+ nats a token/)
  const config = json('run/config.json')
  expect(config).toMatchObject({
    objective: 'sft',
    base: { path: 'base', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    chat: { epochs: 2, toolStyle: 'typescript', defaultSystem: null },
  })
  const summary = json('run/summary.json')
  expect(summary.steps).toBe(config.steps)
  expect(summary).not.toHaveProperty('baselines')
  expect(summary.samples).toHaveLength(1)
  expect(existsSync(join(directory, 'run/report.html'))).toBe(true)
  const { style } = await describeTrainedModel(join(directory, 'run'))
  expect(style).toEqual({ toolStyle: 'typescript', defaultSystem: null })
}, 60_000)

test('a base learns to judge pairs, and says how often it is right', async () => {
  const args = ['base', '--data', 'pairs.jsonl', '--preference', '--out', 'judge', '--threads', '1']
  const sizes = ['--set', 'data.heldOutFraction=0.3', '--set', 'data.sequenceLength=1536', '--set', 'steps=2']
  const batch = ['--set', 'batch.sequences=2']
  const { code, stdout } = await sft(...args, ...sizes, ...batch)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/pairAccuracy +[01]\.\d+/)])
  expect(json('judge/summary.json')).toHaveProperty('tasks.pairAccuracy')
}, 60_000)

test('tasks are tried at an evaluation, and again when the run goes on', async () => {
  const at = (name: string): string => join(directory, name)
  const tasks = Array.from({ length: 12 }, (_, index) => starterTask({ seed: 5, index, split: 'train' }))
  await writeTasks(at('tasks.jsonl'), tasks)
  const trained = (out: string, ...more: readonly string[]) => tsukimi('sft', ...more, '--out', at(out))
  const begun = [
    ...[at('roomy'), '--data', at('chats.jsonl'), '--tasks', at('tasks.jsonl'), '--task-count', '1'],
    ...[...small, '--set', 'tasks.maxTokens=4', '--set', 'evaluateEvery=0', '--set', 'checkpointEvery=1'],
  ]
  const whole = await trained('whole', ...begun, '--set', 'steps=2')
  expect(whole.code, whole.stderr).toBe(0)
  expect(whole.stderr).toContain('tried on 1 task\n')
  expect(whole.stderr).toMatch(/step 2: held out .* · solved 0\.00 · single call 0\.00\n/)
  expect(whole.stdout).toMatch(/single call +0\.000/)
  const metrics = (out: string) => readFileSync(at(`${out}/metrics.jsonl`), 'utf8')
  const shares = { solved: 0, single_call: 0 }
  const records = metrics('whole').trimEnd().split('\n')
  expect(records.map((line) => JSON.parse(line).tasks)).toEqual([undefined, shares])
  expect(json('whole/summary.json').tasks).toEqual(shares)
  expect(readFileSync(at('whole/report.html'), 'utf8')).toContain('single call')

  // As if it had been killed after its first step.
  await cp(at('whole'), at('killed'), { recursive: true })
  await rm(at('killed/checkpoints/step-00000002'), { recursive: true })
  const resumed = await trained('killed', '--resume')
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(metrics('killed')).toBe(metrics('whole'))
}, 180_000)

/** What the command does before it trains. */
async function begin(
  base: string | undefined,
  file: string | null,
  more: readonly string[],
  resume = false,
  objective: 'sft' | 'preference' = 'sft',
) {
  const at = (name: string): string => join(directory, name)
  const overrides = [
    ...(file === null
      ? []
      : [{ path: ['data', 'sources'], value: [{ path: at(file), weight: 1 }], source: '' }]),
    ...['data.sequenceLength=32', 'chat.defaultSystem=null', ...more].map((text) => parseOverride(text)),
  ]
  const out = resume ? 'run' : 'refused'
  const request = { base: base && at(base), objective, overrides, runDir: at(out), resume } as const
  const draft = await tuningConfig(request)
  const options = { runDir: at(out), cacheDirectory: at('cache') }
  using run = await prepareTogether(
    aloneGroup(),
    draft,
    (config, rowsOf) => withCountedSteps(config, rowsOf, overrides),
    options,
  )
  return run.config
}

test.each([
  [undefined, 'chats.jsonl', [], 'Which model?'],
  ['base', null, [], 'No data'],
  ['base', 'user.jsonl', [], 'user.jsonl, line 1: messages: no turn of the role assistant'],
  ['base', 'empty.jsonl', [], 'empty.jsonl: there is no conversation here to train on'],
  ['base', 'failed.jsonl', [], 'failed.jsonl: all 10 trajectories failed'],
  ['base', 'one.jsonl', [], 'no held-out conversation'],
  ['base', 'chats.jsonl', ['data.sequenceLength=8'], 'longer than 8 tokens: raise data.sequenceLength'],
  ['base', 'chats.jsonl', ['tokenizer.path=x'], "keeps the base's model and tokenizer"],
  ['base', 'chats.jsonl', ['chat.epochs=2', 'steps=3'], 'steps and epochs are both given'],
  ['base', 'chats.jsonl', ['tasks.path=nowhere.jsonl'], 'nowhere.jsonl'],
  [
    'base',
    'chats.jsonl',
    ['tasks.path=x', 'objective=preference'],
    'tried by a model that learns conversations',
  ],
  ['unmatched', 'chats.jsonl', [], 'they do not belong together'],
] as const)('%s with %s and %j is refused', async (base, file, more, message) => {
  await expect(begin(base, file, more)).rejects.toThrow(message)
})

test('steps follow from epochs, and what follows from steps from the command line first', async () => {
  const sizes = ['batch.sequences=2', 'data.heldOutFraction=0.2']
  const one = await begin('base', 'chats.jsonl', [...sizes, 'chat.epochs=1'])
  const two = await begin('base', 'chats.jsonl', [...sizes, 'chat.epochs=2', 'evaluateEvery=7'])
  expect(two.steps).toBeGreaterThan(1.5 * one.steps)
  expect([two.evaluateEvery, two.checkpointEvery]).toEqual([7, Math.ceil(two.steps / 2)])
  expect((await begin('base', 'chats.jsonl', ['steps=12'])).chat.epochs).toBeNull()
})

test('trajectories that failed are learned where that is wished', async () => {
  const config = await begin('base', 'failed.jsonl', [
    'steps=1',
    'data.heldOutFraction=0.2',
    'chat.failed=learn',
  ])
  expect(config.chat.failed).toBe('learn')
})

test('a run goes on from what it was begun from only', async () => {
  await expect(begin('other', null, [], true)).rejects.toThrow(/not the weights that .*run was begun from/)
})

test.each([
  [['model.hiddenSize=32'], 'sft', "model.hiddenSize=32: fine-tuning keeps the base's model and tokenizer"],
  [['tokenizer.path=x'], 'sft', "tokenizer.path=x: fine-tuning keeps the base's model and tokenizer"],
  [['base=null'], 'sft', "fine-tuning keeps the base's model"],
  [['chat.epochs=2', 'steps=3'], 'sft', 'steps and epochs are both given'],
  [[], 'preference', 'a run with the objective sft does not go on with preference'],
  [['objective=preference'], 'sft', 'a run with the objective sft does not go on with preference'],
] as const)('resuming a run with %j as %s is refused', async (more, objective, message) => {
  await expect(begin(undefined, null, more, true, objective)).rejects.toThrow(message)
})
