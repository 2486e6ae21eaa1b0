import { expect, test } from 'vitest'
import { presets } from '../nn/presets.ts'
import { parseOverride } from './config-override.ts'
import { fineTuningConfig } from './fine-tuning-config.ts'

const base = { directory: 'base', digest: 'd', config: presets.nano }
const scheduleWith = (...given: string[]) =>
  fineTuningConfig(
    base,
    'sft',
    given.map((text) => parseOverride(text)),
  ).schedule

test.each([
  [['steps=200'], 20],
  [['steps=40'], 4],
  [['steps=200', 'schedule.decayFraction=1'], 0],
  [['steps=200', 'schedule.decayFraction=0.95'], 10],
  [['steps=200', 'schedule.annealSteps=100'], 10],
  [['steps=200', 'schedule.annealSteps=200'], 0],
  [['steps=200', 'schedule.decayFraction=0.5', 'schedule.warmupSteps=50'], 50],
])('warm-up has the room that %j leave', (given, warmupSteps) => {
  expect(scheduleWith(...given).warmupSteps).toBe(warmupSteps)
})

test('values that are given and do not fit are refused', () => {
  expect(() => scheduleWith('steps=200', 'schedule.annealSteps=201')).toThrow('more than 200 steps')
  expect(() => scheduleWith('steps=200', 'schedule.decayFraction=1', 'schedule.warmupSteps=9')).toThrow(
    'warm-up 9 + cosine 200',
  )
})
