import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../chat/messages.ts'
import { oraclePolicy, planText, planValue } from './oracle.ts'
import type { PlanStep } from './task.ts'

const results = [{ items: [{ id: 'A', price: 2 }] }, { balance: { 'ACC-1': 5 } }]

test('places in results are filled in, in values and in words', () => {
  expect(planValue([{ result: 0, path: ['items', 0, 'id'] }, 1, null], results)).toEqual(['A', 1, null])
  expect(planText('{0.items.0.price} EUR, {1.balance.ACC-1} left, {x} stays', results)).toBe(
    '2 EUR, 5 left, {x} stays',
  )
  expect(() => planText('{0.items.1.price}', results)).toThrow(
    'the plan asks for 0.items.1.price, which no result has',
  )
  expect(() => planValue({ result: 3, path: [] }, results)).toThrow('the plan asks for 3, which')
})

/** Lets the oracle follow a plan; `answer` is what a tool says to the n-th call. */
async function followed(plan: readonly PlanStep[], answer: (name: string, nth: number) => string) {
  const policy = oraclePolicy({ oracle: plan })
  const messages: ChatMessage[] = [{ role: 'user', content: 'x' }]
  const signal = new AbortController().signal
  const made: string[] = []
  for (;;) {
    const { message, finish } = await policy.turn({ messages, tools: [], seed: 1, signal })
    messages.push(message)
    if (finish === 'stop') return { made, messages, policy }
    for (const call of message.toolCalls!) {
      messages.push({ role: 'tool', toolCallId: call.id, content: answer(call.name, made.length) })
      made.push(`${call.name} ${call.arguments}`)
    }
  }
}

const failing = '{"error":"down","retryable":true}'
const plan: readonly PlanStep[] = [
  {
    calls: [
      { tool: 'a', arguments: {} },
      { tool: 'b', arguments: {} },
    ],
  },
  { calls: [{ tool: 'c', arguments: { of: { result: 1, path: ['n'] } } }], say: 'Now {0.n}.' },
  { say: 'It is {2.n}.' },
]

describe('the oracle', () => {
  test('makes the calls of its plan with what came before, and says what came of it', async () => {
    const { made, messages, policy } = await followed(plan, (_, nth) => JSON.stringify({ n: nth }))
    expect(made).toEqual(['a {}', 'b {}', 'c {"of":1}'])
    expect(messages.at(-1)).toEqual({ role: 'assistant', content: 'It is 2.' })
    expect(messages.flatMap((one) => (one.role === 'assistant' ? [one.content] : []))).toEqual([
      '',
      'Now 0.',
      'It is 2.',
    ])
    const ids = messages.flatMap((one) =>
      one.role === 'assistant' ? (one.toolCalls ?? []).map(({ id }) => id) : [],
    )
    expect(ids).toEqual(['functions.a:0', 'functions.b:1', 'functions.c:2'])
    const signal = new AbortController().signal
    await expect(policy.turn({ messages, tools: [], seed: 1, signal })).rejects.toThrow('the plan has ended')
  })

  test('makes only the call again that failed for a while', async () => {
    const { made } = await followed(plan, (_, nth) => (nth === 0 ? failing : JSON.stringify({ n: nth })))
    expect(made).toEqual(['a {}', 'b {}', 'a {}', 'c {"of":1}'])
  })

  test('makes a call four times at most', async () => {
    const { made } = await followed([plan[0]!, { say: 'Sorry.' }], (name) => (name === 'a' ? failing : '{}'))
    expect(made).toEqual(['a {}', 'b {}', 'a {}', 'a {}', 'a {}'])
  })

  test('takes a result that is no JSON as a text', async () => {
    const { messages } = await followed([plan[0]!, { say: '{0}' }], () => 'plain words')
    expect(messages.at(-1)!.content).toBe('plain words')
  })
})
