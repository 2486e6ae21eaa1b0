import { describe, expect, test } from 'vitest'
import { draws } from '../../draws.ts'
import { conversation } from '../../trajectory/trajectory.ts'
import { oraclePolicy } from '../../world/oracle.ts'
import type { AssistantPolicy } from '../../world/policies.ts'
import { runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import type { Task } from '../../world/task.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { applicationProblems } from '../tools/application-problems.ts'
import { starterApplication } from './application.ts'
import { cityName, itemName, numberOf, personName, type Split } from './names.ts'
import { phrases } from './phrases.ts'
import { starterFamilies, starterTask } from './starter-task.ts'
import { starterTrajectories } from './starter-trajectories.ts'
import { starterWorld } from './starter-world.ts'

const episode = (task: Task, assistant: AssistantPolicy = oraclePolicy(task)) =>
  runEpisode({
    task,
    set: 'test',
    environment: worldEnvironment(task),
    assistant,
    user: scriptedUser(task),
    seed: 0,
  })

const tasks = (split: Split, count: number, seed = 5): Task[] =>
  Array.from({ length: count }, (_, index) => starterTask({ seed, index, split }))

test('the application has no problems', () => {
  expect(applicationProblems(starterApplication)).toEqual([])
})

test.each(['train', 'heldOut'] as const)('every task of %s is solved by its plan', async (split) => {
  for (const task of tasks(split, 300)) {
    const { outcome } = await episode(task)
    expect(outcome, task.id).toMatchObject({ reward: 1, status: 'completed' })
  }
})

test('no task is solved by doing nothing, or by a text that says nothing', async () => {
  const mute: AssistantPolicy = {
    name: 'mute',
    turn: async () => ({ message: { role: 'assistant', content: 'I see.' }, finish: 'stop' }),
  }
  for (const task of tasks('heldOut', 300)) {
    const { outcome } = await episode(task, mute)
    expect(outcome?.reward, task.id).toBe(0)
  }
})

describe('held-out tasks', () => {
  const entities = (split: Split): Set<string> =>
    new Set(
      tasks(split, 3000).flatMap(({ state }) => Object.values(state).flatMap((rows) => Object.keys(rows))),
    )
  const asked = (split: Split): Set<string> =>
    new Set(tasks(split, 3000).map(({ user }) => user.moves[0]!.text))

  test('share no entity with those to learn from', () => {
    const learned = entities('train')
    expect([...entities('heldOut')].filter((name) => learned.has(name))).toEqual([])
  })

  test('share no wording and no question with them', () => {
    for (const { train, heldOut } of Object.values(phrases))
      expect(heldOut.filter((text) => train.includes(text))).toEqual([])
    const learned = asked('train')
    expect([...asked('heldOut')].filter((text) => learned.has(text))).toEqual([])
  })

  test.each([
    ['cities', (split: Split, i: number) => cityName(draws(i), split)],
    ['people', (split: Split, i: number) => personName(draws(i), split)],
    ['items', (split: Split, i: number) => itemName(draws(i), split)],
    ['numbers', (split: Split, i: number) => String(numberOf(draws(i), split, 11, 989))],
  ] as const)('%s are of one split only, and many', (_, nameOf) => {
    const names = (split: Split) => new Set(Array.from({ length: 4000 }, (_, i) => nameOf(split, i)))
    const [train, heldOut] = [names('train'), names('heldOut')]
    expect([...heldOut].filter((name) => train.has(name))).toEqual([])
    expect(heldOut.size).toBeGreaterThan(50)
  })
})

test('families come in turn, and each has several kinds of task', () => {
  const all = tasks('train', 600)
  expect(all.slice(0, 6).map(({ family }) => family)).toEqual(starterFamilies)
  const tools = Map.groupBy(all, ({ family }) => family)
  expect(tools.size).toBe(6)
  for (const [family, own] of tools)
    expect(new Set(own.map(({ user }) => user.moves[0]!.text)).size, family).toBeGreaterThan(20)
})

test('the same seed gives the same trajectories, another gives others', async () => {
  const made = async (seed: number) =>
    JSON.stringify(await Array.fromAsync(starterTrajectories({ seed, count: 60 })))
  expect(await made(1)).toBe(await made(1))
  expect(await made(1)).not.toBe(await made(2))
})

test('a recovery is a failed call and the same call again', async () => {
  const task = starterTask({ seed: 3, index: 0, split: 'train', family: 'error_recovery' })
  const calls = conversation(await episode(task)).flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  )
  expect(calls).toHaveLength(2)
  expect(calls[0]!.arguments).toBe(calls[1]!.arguments)
  expect(calls.map(({ id }) => id.split(':')[1])).toEqual(['0', '1'])
})

test('the world has what its examples ask for', () => {
  const { application, state, examples } = starterWorld(2)
  expect(applicationProblems(application)).toEqual([])
  expect(examples).toHaveLength(5)
  expect(Object.values(state).some((rows) => Object.keys(rows).length > 3)).toBe(true)
})
