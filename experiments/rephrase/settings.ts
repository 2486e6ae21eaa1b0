import { presets } from '../../src/nn/presets.ts'
import { resolveRunConfig } from '../../src/train/resolve-run-config.ts'
import type { RunConfig } from '../../src/train/run-config.ts'
import { narrowed } from './texts.ts'

/** Everything that decides the figures, beside the seeds. */
export const settings = {
  /** 1,200 facts: four about each. */
  people: 300,
  attributes: 4,
  sentences: 4,
  perspectives: 2,
  /** Of the people, those whose questions are taught; the others are asked about. */
  taughtShare: 0.75,
  /** Of the tokens, those of taught questions. */
  questionShare: 0.3,
  /** How often each person's text is read, in one version or another, by the end. */
  readings: 40,
  vocabSize: 1280,
  sequences: 4,
  sequenceLength: 256,
  learningRate: 1e-2,
  /** Times that a model is asked, evenly spaced. */
  points: 4,
} as const

/** What is read: so many versions of each text, each as often as makes `readings`. Version 0 was written first. */
export const arms = {
  raw: [0],
  '10 rephrasings': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
} as const satisfies Readonly<Record<string, readonly number[]>>

export type ArmName = keyof typeof arms
export const armNames = Object.keys(arms) as readonly ArmName[]

export const domain = narrowed(settings.attributes, settings.sentences, settings.perspectives)

/** K2's architecture, as small as the facts ask for. */
export function runConfig(steps: number, seed: number): RunConfig {
  const { vocabSize, sequences, sequenceLength, learningRate, points } = settings
  const model = {
    ...presets.nano,
    vocabSize,
    intermediateSize: 256,
    moeIntermediateSize: 128,
    numHiddenLayers: 3,
    numRoutedExperts: 4,
    qLoraRank: null,
  }
  return resolveRunConfig({
    file: {
      path: 'experiments/rephrase/settings.ts',
      content: {
        model,
        data: { sequenceLength },
        batch: { sequences, accumulation: 1 },
        optimizer: { learningRate },
        schedule: { warmupSteps: 20 },
        steps,
        seed,
        evaluateEvery: Math.ceil(steps / points),
        engine: { threads: 1 },
      },
    },
  })
}
