import { describe, expect, test } from 'vitest'
import { presetNames, presets } from '../nn/presets.ts'
import { parseOverride } from './config-override.ts'
import { type RunConfigLayers, resolveRunConfig } from './resolve-run-config.ts'
import type { RunConfigInput } from './run-config.ts'

const set = (...texts: string[]) => texts.map((text) => parseOverride(text))
const file = (content: RunConfigInput) => ({ path: 'run.yaml', content })
const messageOf = (layers: RunConfigLayers): string => {
  try {
    resolveRunConfig(layers)
  } catch (error) {
    expect((error as Error).name).toBe('UserError')
    return (error as Error).message
  }
  throw new Error('was accepted')
}

test.each(presetNames)('preset %s is a complete run that resolves to itself', (preset) => {
  const run = resolveRunConfig({ preset })
  expect(run.preset).toBe(preset)
  expect(run.model).toEqual(presets[preset])
  const saved = JSON.parse(JSON.stringify({ ...run, writtenBy: { tsukimi: '0.1.0' } }))
  expect(resolveRunConfig({ file: { path: 'config.json', content: saved } })).toEqual(run)
})

test('the default run is nano with the constants of MuonClip', () => {
  const run = resolveRunConfig({})
  expect(run.preset).toBe('nano')
  expect(run.optimizer).toMatchObject({ kind: 'muonclip', weightDecay: 0.1, momentum: 0.95, tau: 100 })
  expect(run.tokenizer).toEqual({ path: null, vocabSize: 4096, extraText: [] })
  expect(run.data.sources).toEqual([{ path: 'sotu', weight: 1 }])
})

test('the recipe of K2 is that of §4: 15.5T tokens of 2²⁶ a step, a third of them in the cosine', () => {
  const { batch, data, schedule, steps, optimizer } = resolveRunConfig({ preset: 'k2' })
  const tokens = batch.sequences * batch.accumulation * data.sequenceLength
  expect(tokens).toBe(2 ** 26)
  expect(((steps - schedule.annealSteps) * tokens) / 1e12).toBeCloseTo(15.5, 3)
  expect((schedule.annealSteps * tokens) / 1e9).toBeCloseTo(460, 0)
  expect(optimizer.learningRate * schedule.decayRatio).toBeCloseTo(2e-5, 12)
  expect(optimizer.learningRate * schedule.annealRatio).toBeCloseTo(7e-6, 12)
})

describe('layers', () => {
  test('the command line wins over the file, the file over the preset', () => {
    const run = resolveRunConfig({
      file: file({ preset: 'micro', steps: 10, schedule: { warmupSteps: 1 }, optimizer: { tau: 30 } }),
      overrides: set('steps=20', 'schedule.decayFraction=0.25', 'engine.name=reference', 'steps=30'),
    })
    expect(run.model).toEqual(presets.micro)
    expect(run).toMatchObject({
      preset: 'micro',
      steps: 30,
      schedule: { warmupSteps: 1, decayFraction: 0.25, decayRatio: 0.1 },
      optimizer: { tau: 30, kind: 'muonclip' },
      engine: { name: 'reference' },
    })
  })

  test('lists are replaced, and their items can be set', () => {
    const sources = [
      { path: 'a.txt', weight: 2 },
      { path: 'b.txt', weight: 1 },
    ]
    const run = resolveRunConfig({
      file: file({ data: { sources } }),
      overrides: set('data.sources.1.weight=5'),
    })
    expect(run.data.sources).toEqual([sources[0], { path: 'b.txt', weight: 5 }])
  })

  test('an optional part can be given where the preset has null', () => {
    const scaling =
      'model.ropeScaling={factor: 4, originalMaxPositionEmbeddings: 512, betaFast: 1, betaSlow: 1, mscale: 1, mscaleAllDim: 1}'
    const run = resolveRunConfig({ overrides: set(scaling, 'model.maxPositionEmbeddings=2048') })
    expect(run.model.ropeScaling?.factor).toBe(4)
    expect(messageOf({ overrides: set('model.ropeScaling.factor=4') })).toContain(
      'model.ropeScaling.betaSlow: missing',
    )
  })

  test('values that follow others follow them unless given', () => {
    const run = resolveRunConfig({ overrides: set('optimizer.learningRate=0.01', 'model.vocabSize=8192') })
    expect(run.optimizer.adamLearningRate).toBe(0.01)
    expect(run.tokenizer.vocabSize).toBe(8192)
    const own = resolveRunConfig({
      overrides: set('optimizer.adamLearningRate=3e-4', 'tokenizer.vocabSize=1000'),
    })
    expect(own.optimizer).toMatchObject({ learningRate: 1e-2, adamLearningRate: 3e-4 })
    expect(own.tokenizer.vocabSize).toBe(1000)
  })

  test('precision follows the engine unless given', () => {
    const precision = (...texts: string[]) => resolveRunConfig({ overrides: set(...texts) }).engine.precision
    expect(precision()).toBe('highest')
    expect(precision('engine.name=reference')).toBe('highest')
    expect(precision('engine.name=xla')).toBe('bf16')
    expect(precision('engine.name=xla', 'engine.precision=highest')).toBe('highest')
  })

  test('a mesh is of the engines that have several devices', () => {
    for (const name of ['xla', 'reference']) {
      const run = resolveRunConfig({ overrides: set(`engine.name=${name}`, 'mesh.data=2', 'mesh.tensor=2') })
      expect(run.mesh).toEqual({ data: 2, expert: 1, tensor: 2, shardParameters: false })
    }
  })

  test('presets stay as they are', () => {
    const before = JSON.stringify(presets)
    resolveRunConfig({ preset: 'nano', overrides: set('model.hiddenSize=64') })
    expect(JSON.stringify(presets)).toBe(before)
  })

  test('the preset of the command line wins, also by --set', () => {
    expect(resolveRunConfig({ preset: 'small', file: file({ preset: 'micro' }) }).model).toEqual(
      presets.small,
    )
    expect(resolveRunConfig({ file: file({ preset: 'micro' }), overrides: set('preset=small') }).preset).toBe(
      'small',
    )
  })
})

describe('mistakes', () => {
  test.each<[RunConfigLayers, string]>([
    [{ preset: 'mirco' }, 'unknown preset "mirco"; did you mean "micro"?'],
    [{ file: file({ preset: 'K3' as 'k2' }) }, 'unknown preset "K3"; did you mean "k2"?'],
    [
      { overrides: set('optimizer.learning_rate=1') },
      '--set optimizer.learning_rate=1: unknown key "optimizer.learning_rate"; did you mean "learningRate"?',
    ],
    [{ overrides: set('stpes=1') }, 'unknown key "stpes"; did you mean "steps"?'],
    [{ overrides: set('optimizer.lr=1') }, 'unknown key "optimizer.lr"; there are kind, learningRate,'],
    [
      { overrides: set('model.hiddenSizes=1') },
      'unknown key "model.hiddenSizes"; did you mean "hiddenSize"?',
    ],
    [
      { overrides: set('data.sources=[{path: x, wieght: 1}]') },
      'unknown key "data.sources[0].wieght"; did you mean "weight"?',
    ],
    [
      { overrides: set('optimizer.learningRate=fast') },
      '--set optimizer.learningRate=fast: optimizer.learningRate: expected a number, got "fast"',
    ],
    [{ overrides: set('steps=1.5') }, 'steps: expected a whole number, got 1.5'],
    [{ overrides: set('steps=0') }, 'steps: expected at least 1, got 0'],
    [{ overrides: set('steps.x=0') }, 'steps: expected a number, got {"x":0}'],
    [
      { overrides: set('data.sources=[]') },
      'data.sources: expected a list with a length of at least 1, got []',
    ],
    [{ overrides: set('engine.threads=many') }, 'engine.threads: expected a number or null, got "many"'],
    [
      { overrides: set('optimizer.kind=adam') },
      'optimizer.kind: expected "muonclip" or "muon" or "adamw", got "adam"',
    ],
    [
      { file: { path: 'run.yaml', content: { optimizer: { kind: 3 } } } },
      'run.yaml: optimizer.kind: expected "muonclip" or "muon" or "adamw", got 3',
    ],
    [
      { file: { path: 'run.yaml', content: ['nano'] } },
      'run.yaml: expected an object with the keys of a run',
    ],
    [
      { overrides: set('data.sequenceLength=513') },
      "data.sequenceLength: 513 tokens are more than the model's 512 positions",
    ],
    [
      { overrides: set('tokenizer.vocabSize=5000') },
      "tokenizer.vocabSize: 5000 tokens are more than the model's 4096",
    ],
    [
      { overrides: set('model.numRoutedExperts=1') },
      'model.numExpertsPerToken: a token cannot choose 2 of 1 experts',
    ],
    [
      { overrides: set('steps=100', 'schedule.warmupSteps=60') },
      '--set steps=100 --set schedule.warmupSteps=60: schedule: warm-up 60 + cosine 50 + annealing 0 are more than 100 steps',
    ],
    [
      { overrides: set('engine.precision=bf16') },
      '--set engine.precision=bf16: engine.precision: bf16 needs the engine xla, and this is onnx',
    ],
    [
      { overrides: set('engine.plugin=libtpu.so') },
      'engine.plugin: libtpu.so is for the engine xla, and this is onnx',
    ],
    [
      { overrides: set('mesh.data=2', 'mesh.expert=2') },
      'mesh: 2 × 2 × 1 (data × expert × tensor) are 4 devices, and the engine onnx computes on one',
    ],
    [
      { overrides: set('engine.name=xla', 'mesh.expert=3', 'batch.sequences=9') },
      'mesh.expert: 8 experts (model.numRoutedExperts) do not divide among 3 devices',
    ],
    [
      { overrides: set('engine.name=xla', 'mesh.tensor=8') },
      'mesh.tensor: 4 attention heads (model.numAttentionHeads) do not divide among 8 devices',
    ],
    [
      { overrides: set('engine.name=xla', 'mesh.data=2', 'mesh.expert=2', 'batch.sequences=6') },
      'batch.sequences: 6 sequences do not divide among 4 devices (mesh.data 2 × mesh.expert 2)',
    ],
    [
      { overrides: set('engine.name=xla', 'mesh.shardParameters=true') },
      'mesh.shardParameters: parameters are spread over the devices of mesh.data and mesh.expert, and there is 1',
    ],
    [
      { overrides: set('engine.name=xla', 'mesh.tensor=2', 'batch.sequences=1', 'data.sequenceLength=255') },
      'data.sequenceLength: 255 tokens on each device do not divide among 2 devices (mesh.tensor)',
    ],
    [{ overrides: set('mesh.data=0') }, 'mesh.data: expected at least 1, got 0'],
    [{ overrides: set('data.heldOutFraction=1') }, 'data.heldOutFraction: expected less than 1, got 1'],
    [{ overrides: set('__proto__.steps=1') }, 'unknown key "__proto__"'],
  ])('%j', (layers, message) => {
    expect(messageOf(layers)).toContain(message)
  })

  test('of the file are said of the file, also when the command line is right', () => {
    const layers = { file: { path: 'run.json', content: { steps: '3' } }, overrides: set('seed=1') }
    expect(messageOf(layers)).toBe('run.json: steps: expected a number, got "3"')
  })
})
