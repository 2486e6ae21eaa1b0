import { expect, test } from 'vitest'
import { parseAs } from '../schema-error.ts'
import { armTotal, type TaskResults, taskResultsSchema } from './task-results.ts'

const arm = (change: object = {}): TaskResults['arms'][number] => ({
  model: 'sft',
  enforced: true,
  results: [
    { family: 'lookup', solved: 3, tried: 4 },
    { family: 'change', solved: 0, tried: 2 },
  ],
  episodes: [{ id: 'a', family: 'change', solved: false, text: 'user: x', why: ['no call'] }],
  ...change,
})

const resultsWith = (...arms: object[]): object => ({
  version: 1,
  set: 'held out',
  seed: 7,
  families: ['lookup', 'change'],
  arms,
})

const read = (input: object) => parseAs(taskResultsSchema, input, 'tasks.json')

test('results are read as they are, and summed', () => {
  const input = resultsWith(arm(), arm({ model: 'base' }), arm({ enforced: false, results: [] }))
  const { arms } = read(input)
  expect(read(input)).toEqual(input)
  expect(arms.map(armTotal)).toEqual([
    { solved: 3, tried: 6 },
    { solved: 3, tried: 6 },
    { solved: 0, tried: 0 },
  ])
})

test.each([
  [
    resultsWith(arm({ results: [{ family: 'lookup', solved: 5, tried: 4 }] })),
    'tasks.json: arms[0].results[0]: more tasks solved than tried',
  ],
  [
    resultsWith(arm({ results: [{ family: 'look', solved: 1, tried: 4 }] })),
    'tasks.json: arms[0].results[0].family: "look" is not among the families',
  ],
  [
    resultsWith(
      arm({
        results: [
          { family: 'lookup', solved: 1, tried: 4 },
          { family: 'lookup', solved: 1, tried: 4 },
        ],
      }),
    ),
    'tasks.json: arms[0].results[1].family: "lookup" comes twice',
  ],
  [resultsWith(arm(), arm()), 'tasks.json: arms[1]: sft with the enforcer comes twice'],
  [resultsWith(arm({ model: 'other' })), 'tasks.json: arms[0].model: expected "base" or "sft", got "other"'],
  [{ ...resultsWith(), version: 2 }, 'tasks.json: version: expected 1, got 2'],
])('what is wrong is named: %#', (input, message) => {
  expect(() => read(input)).toThrow(message)
})
