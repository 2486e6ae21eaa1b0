import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../chat/messages.ts'
import type { CallResult, Environment } from './environment.ts'
import type { AssistantPolicy, UserPolicy } from './policies.ts'
import { type EpisodeOptions, runEpisode } from './run-episode.ts'
import { calls, says, shopTask } from './world.fixture.ts'

const passed = { name: 'success/a', kind: 'rule', score: 1, passed: true } as const

const environmentOf = (change: Partial<Environment> = {}): Environment => ({
  name: 'env',
  version: '1',
  tools: [],
  call: async ({ name }): Promise<CallResult> => ({ content: `"${name}"`, failed: name === 'bad' }),
  check: async () => [passed],
  [Symbol.asyncDispose]: async () => {},
  ...change,
})
const user = (...texts: readonly string[]): UserPolicy => {
  const left = [...texts]
  return {
    name: 'someone',
    turn: async () => (left.length > 0 ? { kind: 'say', text: left.shift()! } : { kind: 'done' }),
  }
}
const assistant = (
  messages: readonly ChatMessage[],
  finish?: 'length',
): AssistantPolicy & { readonly seeds: number[] } => {
  const left = [...messages]
  const seeds: number[] = []
  return {
    name: 'helper',
    seeds,
    turn: async ({ seed }) => {
      seeds.push(seed)
      const message = (left.length > 1 ? left.shift()! : left[0]!) as ChatMessage & { role: 'assistant' }
      return { message, finish: finish ?? (message.toolCalls ? 'tool_calls' : 'stop') }
    },
  }
}
const failing = async (): Promise<never> => {
  throw new Error('broken')
}
const episode = (change: Partial<EpisodeOptions> = {}) =>
  runEpisode({
    task: shopTask(),
    set: 'set',
    environment: environmentOf(),
    assistant: assistant([says('Done.')]),
    user: user('Please.'),
    seed: 7,
    ...change,
  })

test('a whole episode, as it is told', async () => {
  const trajectory = await episode({
    assistant: assistant([calls(['1', 'good'], ['2', 'bad']), says('Which?'), says('Done.')]),
    user: user('Please.', 'That one.'),
  })
  expect(trajectory).toMatchObject({
    version: 1,
    id: 'set/task/7',
    task: { set: 'set', id: 'task', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    seed: 7,
    environment: { name: 'env', version: '1' },
    models: { assistant: { name: 'helper' }, user: { name: 'someone' } },
    labels: { family: 'single_call', domain: 'retail', difficulty: '1' },
    outcome: { reward: 1, status: 'completed', stop: 'user done', parts: [passed] },
  })
  expect(trajectory.outcome).not.toHaveProperty('fault')
  expect(
    trajectory.nodes.map(({ parent, author, message, meta }) => [parent, author, message.role, meta]),
  ).toEqual([
    [-1, 'task', 'system', undefined],
    [0, 'someone', 'user', undefined],
    [1, 'helper', 'assistant', undefined],
    [2, 'env', 'tool', undefined],
    [3, 'env', 'tool', { failed: true }],
    [4, 'helper', 'assistant', undefined],
    [5, 'someone', 'user', undefined],
    [6, 'helper', 'assistant', undefined],
  ])
})

test('an agent without a system message has none', async () => {
  const agent = { id: 'a', systemPrompt: null, tools: [] }
  expect((await episode({ task: shopTask({ agent }) })).nodes[0]!.message.role).toBe('user')
})

describe('who failed', () => {
  const broken = { name: 'x', turn: failing }
  const lateUser: UserPolicy = {
    name: 'x',
    turn: async ({ messages }) => (messages.length > 1 ? failing() : { kind: 'say', text: 'hi' }),
  }
  const calling = () => assistant([calls(['1', 'a']), says('Done.')])
  test.each<[string, Partial<EpisodeOptions>, object]>([
    ['the user', { user: broken }, { status: 'failed', stop: 'broken', fault: 'user' }],
    ['the user, later', { user: lateUser }, { status: 'failed', stop: 'broken', fault: 'user' }],
    ['a silent user', { user: user() }, { status: 'failed', stop: 'the user said nothing', fault: 'user' }],
    ['the assistant', { assistant: broken }, { status: 'failed', stop: 'broken', fault: 'infrastructure' }],
    [
      'the environment',
      { assistant: calling(), environment: environmentOf({ call: failing }) },
      { status: 'failed', stop: 'broken', fault: 'environment' },
    ],
    [
      'the tools, in their own words',
      {
        assistant: calling(),
        environment: environmentOf({ call: async () => ({ content: '', failed: true, fault: 'tools' }) }),
      },
      { status: 'failed', stop: 'the tools failed', fault: 'tools' },
    ],
    [
      'the checks',
      { environment: environmentOf({ check: failing }) },
      { status: 'failed', stop: 'the checks failed: broken', fault: 'environment', parts: [] },
    ],
    [
      'the assistant, by the checks',
      { environment: environmentOf({ check: async () => [{ ...passed, score: 0, passed: false }] }) },
      { status: 'completed', stop: 'user done', fault: 'assistant' },
    ],
    [
      'an episode that nothing checks',
      { environment: environmentOf({ check: async () => [] }) },
      { status: 'completed', fault: 'assistant' },
    ],
  ])('%s', async (_, change, outcome) => {
    expect((await episode(change)).outcome).toMatchObject({ reward: 0, ...outcome })
  })
})

describe('limits', () => {
  test('so many turns of the assistant, those with calls included', async () => {
    const trajectory = await episode({
      assistant: assistant([calls(['1', 'a'])]),
      limits: { turns: 3, callsPerTurn: 16 },
    })
    expect(trajectory.outcome).toMatchObject({
      status: 'truncated',
      stop: 'turns',
      reward: 0,
      fault: 'assistant',
    })
    expect(trajectory.nodes.filter(({ author }) => author === 'helper')).toHaveLength(3)
  })

  test('calls over the limit are answered and not executed', async () => {
    const made: string[] = []
    const trajectory = await episode({
      assistant: assistant([calls(['1', 'a'], ['2', 'b'], ['3', 'c']), says('Done.')]),
      environment: environmentOf({
        call: async ({ name }) => {
          made.push(name)
          return { content: '{}', failed: false }
        },
      }),
      limits: { turns: 3, callsPerTurn: 2 },
    })
    expect(made).toEqual(['a', 'b'])
    expect(trajectory.nodes[5]).toMatchObject({
      message: { role: 'tool', toolCallId: '3', content: '{"error":"too many calls in one turn"}' },
      meta: { failed: true },
    })
  })

  test('a turn that was cut ends it, and its calls are not executed', async () => {
    const { outcome, nodes } = await episode({ assistant: assistant([calls(['1', 'a'])], 'length') })
    expect(outcome).toMatchObject({ status: 'truncated', stop: 'tokens', reward: 0, fault: 'assistant' })
    expect(nodes.at(-1)!.message.role).toBe('assistant')
  })
})

test('who aborts gets the reason, wherever the episode is', async () => {
  const reason = new Error('enough')
  for (const where of ['user', 'assistant', 'call', 'check'] as const) {
    const aborter = new AbortController()
    const stops = async (): Promise<never> => {
      aborter.abort(reason)
      throw new Error('cut off')
    }
    const run = episode({
      signal: aborter.signal,
      assistant:
        where === 'assistant' ? { name: 'x', turn: stops } : assistant([calls(['1', 'a']), says('Done.')]),
      ...(where === 'user' && { user: { name: 'x', turn: stops } }),
      environment: environmentOf({
        ...(where === 'call' && { call: stops }),
        ...(where === 'check' && { check: stops }),
      }),
    })
    await expect(run).rejects.toBe(reason)
  }
})

test('each turn has a seed of its own, the same again', async () => {
  const [one, other] = [assistant([says('A?')]), assistant([says('A?')])]
  for (const helper of [one, other]) await episode({ assistant: helper, user: user('a', 'b', 'c') })
  expect(new Set(one.seeds).size).toBe(3)
  expect(other.seeds).toEqual(one.seeds)
})
