import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const launcher = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
const run = promisify(execFile)

/** Small enough for a step in milliseconds, and with every part of K2. */
const tiny = {
  preset: 'nano',
  model: {
    vocabSize: 560,
    hiddenSize: 32,
    intermediateSize: 64,
    moeIntermediateSize: 16,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    qLoraRank: 16,
    kvLoraRank: 16,
    qkNopeHeadDim: 8,
    qkRopeHeadDim: 8,
    vHeadDim: 8,
    numRoutedExperts: 4,
    numExpertsPerToken: 2,
    maxPositionEmbeddings: 64,
  },
  data: { sources: [{ path: 'text', weight: 1 }], sequenceLength: 32, heldOutFraction: 0.1 },
  batch: { sequences: 2, accumulation: 2 },
  optimizer: { learningRate: 1e-2 },
  schedule: { warmupSteps: 2 },
  steps: 24,
  evaluateEvery: 5,
  checkpointEvery: 4,
  samples: { prompts: ['the'], maxTokens: 4, temperature: 0, topP: 1 },
}

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-pretrain-'))
  await mkdir(join(directory, 'text'))
  const words = 'the people of this union have peace and law and trade with all nations who want it'.split(
    ' ',
  )
  for (let file = 0; file < 20; file++) {
    const text = Array.from({ length: 400 }, (_, i) => words[(i * i + file * i + file) % words.length]).join(
      ' ',
    )
    await writeFile(join(directory, 'text', `${file}.txt`), text)
  }
  await writeFile(join(directory, 'tiny.json'), JSON.stringify(tiny))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function tsukimi(...args: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await run(process.execPath, [launcher, ...args], { cwd: directory })) }
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome
    return { code, stdout, stderr }
  }
}

const begin = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [launcher, 'pretrain', 'tiny.json', ...args], { cwd: directory, stdio: 'ignore' })

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve))

const lines = (out: string): number => {
  const path = join(directory, out, 'metrics.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

async function untilStep(child: ChildProcess, out: string, step: number): Promise<void> {
  while (lines(out) < step) {
    if (child.exitCode !== null) throw new Error(`the run ended with ${child.exitCode} before step ${step}`)
    await setTimeout(2)
  }
}

const checkpointFile = (out: string, step: number, file: string): Buffer =>
  readFileSync(join(directory, out, 'checkpoints', `step-${String(step).padStart(8, '0')}`, file))

describe('a run', () => {
  test('leaves config, metrics, timings, checkpoints, summary and report', async () => {
    const { code, stderr, stdout } = await tsukimi('pretrain', 'tiny.json', '--out', 'whole')
    expect(stderr).not.toMatch(/error/)
    expect(code).toBe(0)
    expect(stdout).toMatch(/held-out text +\d\.\d+ bits\/byte/)
    expect((await readdir(join(directory, 'whole'))).sort()).toEqual(
      [
        'checkpoints',
        'config.json',
        'metrics.jsonl',
        'report.html',
        'summary.json',
        'timings.jsonl',
        'tokenizer',
      ].sort(),
    )
    expect(await readdir(join(directory, 'whole', 'checkpoints'))).toEqual(['step-00000020', 'step-00000024'])
    expect(lines('whole')).toBe(24)
    const [first, ...rest] = readFileSync(join(directory, 'whole', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { loss: number; heldOut?: { bitsPerByte: number } })
    expect(first!.loss).toBeCloseTo(Math.log(560), 0)
    expect(rest.at(-1)!.loss).toBeLessThan(first!.loss - 1)
    expect(rest.at(-1)!.heldOut!.bitsPerByte).toBeGreaterThan(0)
  })

  test('that is killed and resumed is the run that was not', async () => {
    const child = begin('--out', 'killed')
    await untilStep(child, 'killed', 10)
    child.kill('SIGKILL')
    await ended(child)
    const { code, stderr } = await tsukimi('pretrain', '--resume', '--out', 'killed')
    expect(stderr).toMatch(/resumed after step (4|8|12|16|20)/)
    expect(code).toBe(0)
    const metrics = (out: string) => readFileSync(join(directory, out, 'metrics.jsonl'), 'utf8')
    expect(metrics('killed')).toBe(metrics('whole'))
    for (const file of ['model.safetensors', 'optimizer.safetensors'])
      expect(checkpointFile('killed', 24, file).equals(checkpointFile('whole', 24, file))).toBe(true)
  })

  test('writes a checkpoint when Ctrl-C stops it', async () => {
    const child = begin('--out', 'stopped', '--set', 'checkpointEvery=0', '--set', 'steps=5000')
    await untilStep(child, 'stopped', 3)
    child.kill('SIGINT')
    expect(await ended(child)).toBe(130)
    const [checkpoint] = await readdir(join(directory, 'stopped', 'checkpoints'))
    expect(Number(checkpoint!.slice(5))).toBe(lines('stopped'))
  })

  test('is not overwritten', async () => {
    const { code, stderr } = await tsukimi('pretrain', 'tiny.json', '--out', 'whole')
    expect(code).toBe(1)
    expect(stderr).toMatch(/holds a run already: go on with --resume/)
  })

  test('is not resumed with another model', async () => {
    const { code, stderr } = await tsukimi(
      'pretrain',
      '--resume',
      '--out',
      'whole',
      '--set',
      'model.hiddenSize=48',
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/another model: hiddenSize is 32, asked for 48/)
  })

  test('is not resumed from a truncated checkpoint', async () => {
    const child = begin('--out', 'damaged')
    await untilStep(child, 'damaged', 10)
    child.kill('SIGKILL')
    await ended(child)
    for (const checkpoint of await readdir(join(directory, 'damaged', 'checkpoints')))
      if (!checkpoint.startsWith('.'))
        await truncate(join(directory, 'damaged', 'checkpoints', checkpoint, 'model.safetensors'), 5000)
    const { code, stderr } = await tsukimi('pretrain', '--resume', '--out', 'damaged')
    expect(code).toBe(1)
    expect(stderr).toMatch(/model\.safetensors/)
    expect(stderr).not.toMatch(/\n +at /)
  })

  test('stops when numbers stop being finite, and says where', async () => {
    const { code, stderr } = await tsukimi(
      ...[
        'pretrain',
        'tiny.json',
        '--out',
        'diverged',
        '--set',
        'optimizer.learningRate=1e30',
        '--set',
        'checkpointEvery=1',
      ],
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/Step \d+: numbers stopped being finite in .*last good checkpoint is .*step-/)
  })
})

describe('bad input is refused with its name:', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown preset', ['nanoo'], /nanoo.*did you mean "nano"/s],
    [
      'an unknown key',
      ['tiny.json', '--set', 'optimizer.learningrate=1'],
      /learningrate.*did you mean "learningRate"/s,
    ],
    ['a wrong type', ['tiny.json', '--set', 'steps=many'], /steps: expected .*number.*many/s],
    ['a missing path', ['tiny.json', '--data', 'nowhere'], /nowhere/],
    [
      'a corpus smaller than a batch',
      ['tiny.json', '--set', 'batch.sequences=100000'],
      /smaller than one batch/,
    ],
    [
      'too long sequences',
      ['tiny.json', '--set', 'data.sequenceLength=65'],
      /65 tokens are more than the model's 64 positions/,
    ],
    [
      'fewer experts than a token takes',
      ['tiny.json', '--set', 'model.numExpertsPerToken=5'],
      /numExpertsPerToken/,
    ],
    ['a resume of nothing', ['--resume'], /no run to resume/],
    ['a bad override', ['tiny.json', '--set', 'steps'], /write key=value/],
  ]
  test.each(cases)('%s', async (name, args, message) => {
    const out = `bad-${name.replaceAll(/\W+/g, '-')}`
    const { code, stderr } = await tsukimi('pretrain', ...args, '--out', out)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n +at /)
    expect(code).toBe(1)
  })

  test('text that is not UTF-8, which may be skipped', async () => {
    await mkdir(join(directory, 'mixed'))
    for (const name of ['a.txt', 'b.txt'])
      await writeFile(join(directory, 'mixed', name), readFileSync(join(directory, 'text', '1.txt')))
    await writeFile(join(directory, 'mixed', 'c.txt'), Uint8Array.of(0x61, 0xff, 0xfe, 0x62))
    const args = [
      'pretrain',
      'tiny.json',
      '--data',
      'mixed',
      '--set',
      'steps=4',
      '--set',
      'tokenizer.vocabSize=540',
      '--set',
      'batch.accumulation=1',
    ]
    const refused = await tsukimi(...args, '--out', 'refused')
    expect(refused.stderr).toMatch(/c\.txt.*UTF-8/s)
    expect(refused.code).toBe(1)
    const skipped = await tsukimi(...args, '--out', 'skipped', '--skip-bad-input')
    expect(skipped.stderr).toMatch(/1 bad input/)
    expect(skipped.code).toBe(0)
  })
})
