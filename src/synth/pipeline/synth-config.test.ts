import { expect, test } from 'vitest'
import { readSynthConfig, synthConfigSchema } from './synth-config.ts'

const model = { base_url: 'http://127.0.0.1:9/v1', model: 'm' }

test('what is left out has its default, and what was read is read again as it is', () => {
  const config = readSynthConfig({ counts: { tools: 7 } }, 'config.json')
  expect(config.counts).toEqual({ tools: 7, agents: 200, tasks: 1000, samples: 1 })
  expect(config.roles.judge).toBe('procedural')
  expect(synthConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config)
})

test.each([
  ['an unknown key', { sed: 3 }, 'config.json: unknown key "sed"; did you mean "seed"?'],
  [
    'a later version',
    { version: 2 },
    'config.json: version 2, which this tsukimi cannot read yet; take a newer one',
  ],
  ['a family that is none', { families: { singlecall: 1 } }, 'did you mean "single_call"?'],
  ['no weight above 0', { difficulties: [0, 0, 0, 0] }, 'difficulties: expected a weight above 0'],
  [
    'shares of more than all',
    { planting: { variant: 0.9 } },
    'planting: expected shares that add up to at most 1',
  ],
  ['a count of none', { counts: { tasks: 0 } }, 'counts.tasks'],
  ['a role that is none', { roles: { judgee: 'procedural' } }, 'did you mean "judge"?'],
  ['a role of another command', { roles: { rephraser: model } }, 'use `tsukimi rephrase` for texts'],
  ['tasks without a plan for a plan', { roles: { task_writer: model } }, 'give roles.assistant a model too'],
])('%s', (_, input, message) => {
  expect(() => readSynthConfig(input, 'config.json')).toThrow(message)
})
