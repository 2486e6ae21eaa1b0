import { expect, it } from 'vitest'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import { userFault } from './user-fault.ts'

const task = {
  user: {
    goal: 'You want to cancel the order ORD-1.',
    persona: 'someone',
    moves: [{ when: 'first', text: 'Cancel ORD-1.' }],
  },
  state: { orders: { 'ORD-1': {}, 'ORD-2': {} } },
} as unknown as Task

type Line = readonly ['user' | 'assistant', string]

const talk = (template: string | undefined, lines: readonly Line[]): Trajectory => ({
  ...{ version: 1, id: 't', seed: 1, tools: [] },
  task: { set: 's', id: 't', digest: 'd' },
  models: { user: { name: 'u', ...(template !== undefined && { template }) } },
  nodes: lines.map(([role, content], i) => ({
    ...{ parent: i - 1, author: role },
    message: { role, content } as Trajectory['nodes'][number]['message'],
  })),
  outcome: { reward: null, parts: [], status: 'completed', stop: 'user done' },
})

const askedBack: readonly Line[] = [
  ['user', 'Hello.'],
  ['assistant', 'Is it ORD-1 or ORD-2?'],
]

it.each<readonly Line[]>([
  [['user', 'Hi, as I said, please cancel ORD-1']],
  [['user', 'I have 2 minutes. Please cancel ORD-1.']],
  [['user', 'I never asked for this, so cancel ORD-1, order 44 of 2024-05-01.']],
  [...askedBack, ['user', 'ORD-1, not ORD-2.']],
])('leaves what a model says as a user to the judge: %j', (...lines) => {
  expect(userFault(talk('digest', lines), task)).toBeNull()
})

it('sees that a model says the key of something else', () => {
  expect(userFault(talk('digest', [...askedBack, ['user', 'ORD-2.']]), task)).toBe(
    'the user says ORD-2, and never ORD-1',
  )
})

it.each<[string, string]>([
  ['Hi, as I said, please cancel ORD-1', 'the user contradicts itself'],
  ['I have 2 minutes. Cancel ORD-1.', 'the user says 2, which its goal does not have'],
])('holds a script to its words: %s', (said, fault) => {
  expect(userFault(talk(undefined, [['user', said]]), task)).toContain(fault)
})
