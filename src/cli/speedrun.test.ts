import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { taskResultsSchema } from '../eval/task-results.ts'
import { starterFamilies } from '../synth/starter/starter-task.ts'
import { readTrajectories } from '../trajectory/read-trajectories.ts'

const bin = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsukimi-speedrun-'))
  const words = 'the union of states has a law and the people of it have peace and order in the land'.split(
    ' ',
  )
  const lines = Array.from({ length: 3000 }, (_, i) =>
    words.map((_, j) => words[(i * 7 + j * (i % 5)) % words.length]).join(' '),
  )
  const documents = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ text: lines.slice(i * 50, i * 50 + 50).join('. ') }),
  )
  await writeFile(join(root, 'text.jsonl'), documents.join('\n'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function speedrun(...args: readonly string[]): Promise<Ended> {
  const run = promisify(execFile)(process.execPath, [bin, 'speedrun', ...args], { cwd: root })
  return run.then(
    (done) => ({ code: 0, ...done }),
    (failed: Ended) => failed,
  )
}

const small = [
  '--conversations=60',
  '--tasks=6',
  '--no-prompt',
  '--set=data.sources=[{"path":"text.jsonl","weight":1}]',
  ...[
    'vocabSize=700',
    'hiddenSize=32',
    'intermediateSize=48',
    'moeIntermediateSize=16',
    'numHiddenLayers=2',
  ].map((setting) => `--set=model.${setting}`),
  ...['steps=6', 'schedule.warmupSteps=1', 'data.heldOutFraction=0.2', 'samples.prompts=[]'].map(
    (setting) => `--set=${setting}`,
  ),
  ...['steps=6', 'schedule.warmupSteps=1'].map((setting) => `--set-sft=${setting}`),
]

test('data, two models, held-out tasks and reports; what is done is not done again', async () => {
  const first = await speedrun('--out=run', ...small)
  expect(first.stderr).toContain('60 of 60 tasks solved by their plans')
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(
    /held-out tasks solved +pre-trained +pre-trained, enforced +fine-tuned +fine-tuned, enforced/,
  )
  expect(first.stdout).toContain('npx tsukimi chat run --world run/data/world.json')
  const results = taskResultsSchema.parse(JSON.parse(await readFile(join(root, 'run/tasks.json'), 'utf8')))
  expect(results.arms.map(({ model, enforced }) => [model, enforced])).toEqual([
    ['base', false],
    ['base', true],
    ['sft', false],
    ['sft', true],
  ])
  expect(results.arms.every(({ results: own }) => own.reduce((sum, { tried }) => sum + tried, 0) === 6)).toBe(
    true,
  )
  const episodes = await Array.fromAsync(readTrajectories(join(root, 'run/episodes.jsonl')))
  expect(Map.groupBy(episodes, ({ labels }) => `${labels!.model} ${labels!.enforced}`).size).toBe(4)
  expect(episodes).toHaveLength(24)
  const [base, tuned] = ['base', 'sft'].map(
    (model) => episodes.find(({ labels }) => labels!.model === model)!,
  )
  expect(base!.models.assistant!.name).not.toBe(tuned!.models.assistant!.name)
  expect(JSON.parse(await readFile(join(root, 'run/config.json'), 'utf8')).base.digest).toBe(
    base!.models.assistant!.name,
  )
  expect(tuned!.models.assistant).toMatchObject({
    template: expect.stringMatching(/^[0-9a-f]{64}$/),
    sampling: { temperature: 0, maxTokens: 96 },
  })
  expect(tuned!.lineage).toEqual({
    stage: 'held-out tasks',
    keys: [tuned!.task.digest, tuned!.models.assistant!.name],
  })
  const metrics = (await readFile(join(root, 'run/metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(metrics.flatMap((line) => JSON.parse(line).tasks ?? [])).toEqual([
    { solved: 0, ...Object.fromEntries(starterFamilies.map((family) => [family, 0])) },
  ])
  expect(episodes.some(({ nodes }) => nodes.some(({ tokens }) => tokens !== undefined))).toBe(true)
  const page = await readFile(join(root, 'run/report.html'), 'utf8')
  expect(page).toContain('Held-out tasks')

  const weights = () =>
    stat(join(root, 'run/checkpoints/step-00000006/model.safetensors')).then(({ mtimeMs }) => mtimeMs)
  const before = await weights()
  const again = await speedrun('--out=run', '--resume', '--no-prompt')
  expect(again.code, again.stderr).toBe(0)
  expect(again.stderr).not.toContain('compiled in')
  expect(await weights()).toBe(before)
})

test.each([
  [
    'a directory that is taken',
    ['--out=.'],
    /is not empty: go on with --resume, or choose another directory with --out/,
  ],
  ['nothing to resume', ['--resume', '--out=nowhere'], /nowhere: no speedrun to go on with/],
  ['a file as directory', ['--out=text.jsonl'], /text\.jsonl/],
  ['a count that is none', ['--conversations=many'], /many/],
  [
    'a wrong value of fine-tuning, before anything is made',
    ['--out=wrong', '--set-sft=chat.epochz=2'],
    /^error: --set-sft chat\.epochz=2: .*epochs/s,
  ],
  ['steps and epochs', ['--out=wrong', '--set-sft=chat.epochs=2', '--set-sft=steps=3'], /give one of them/],
  ['a model that is to change', ['--out=wrong', '--set-sft=model.hiddenSize=8'], /keeps the base's model/],
])('%s is said', async (_, args, message) => {
  const { code, stderr } = await speedrun(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n {4}at /)
  expect(existsSync(join(root, 'wrong'))).toBe(false)
})
