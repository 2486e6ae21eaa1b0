import Anthropic from '@anthropic-ai/sdk'
import type { OpenAI } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatTokens } from '../src/chat/chat-tokens.ts'
import { endIds } from '../src/chat/end-ids.ts'
import { createEnforcer } from '../src/chat/enforcer.ts'
import type { GeneratedToken } from '../src/generate/scheduler.ts'
import { type RealServer, realServer, servedConfig, servedTokenizer } from './real-server.fixture.ts'

let server: RealServer
beforeAll(async () => {
  server = await realServer({ ...servedConfig, maxPositionEmbeddings: 512 })
})
afterAll(() => server[Symbol.asyncDispose]())

const questions = [
  'Hello',
  'Is it raining in Kyōto?',
  'Plan a trip.',
  'What is 12 times 12?',
  'a '.repeat(60),
]

const stop = endIds(servedTokenizer)
const plainText = createEnforcer(servedTokenizer, {
  tools: [],
  toolChoice: 'auto',
  parallelToolCalls: true,
  firstCallIndex: 0,
  responseFormat: { type: 'text' },
  stopIds: stop,
})

/** What the scheduler itself answers. */
function own(content: string, maxTokens: number): Promise<GeneratedToken[]> {
  const { ids } = chatTokens(servedTokenizer, [{ role: 'user', content }], { addGenerationPrompt: true })
  const request = { prompt: ids, maxTokens, temperature: 0, stop, topLogProbs: 2 }
  return Array.fromAsync(server.scheduler.submit({ ...request, constraint: plainText.constraint() }))
}

const ask = (
  content: string,
  more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {},
): Promise<OpenAI.ChatCompletion> =>
  server.client.chat.completions.create({
    model: 'tiny',
    messages: [{ role: 'user', content }],
    max_tokens: 24,
    ...more,
  })

const textOf = (ids: readonly number[]): string => servedTokenizer.decode([...ids])

test('greedy answers over HTTP, all at once, are the tokens of the scheduler, log-probs included', async () => {
  const answers = await Promise.all(
    questions.map((content) => ask(content, { temperature: 0, logprobs: true, top_logprobs: 2 })),
  )
  for (const [i, { choices }] of answers.entries()) {
    const tokens = await own(questions[i]!, 24)
    const told = choices[0]!.logprobs!.content!
    expect(told.map(({ bytes }) => bytes)).toEqual(
      tokens.map(({ id }) => [...servedTokenizer.decodeBytes([id])]),
    )
    expect(told.map(({ logprob }) => logprob)).toEqual(tokens.map(({ logProb }) => logProb))
    expect(told.map(({ top_logprobs: top }) => top.map(({ logprob }) => logprob))).toEqual(
      tokens.map(({ alternatives }) => alternatives.map(({ logProb }) => logProb)),
    )
    expect(choices[0]!.message.content).toBe(textOf(tokens.map(({ id }) => id)))
  }
})

test('streams and the other dialect say the same', async () => {
  const content = questions[1]!
  const text = textOf((await own(content, 24)).map(({ id }) => id))
  const stream = await server.client.chat.completions.create({
    model: 'tiny',
    messages: [{ role: 'user', content }],
    max_tokens: 24,
    temperature: 0,
    stream: true,
  })
  let streamed = ''
  for await (const { choices } of stream) streamed += choices[0]?.delta.content ?? ''
  expect(streamed).toBe(text)
  const anthropic = new Anthropic({ baseURL: server.url, apiKey: 'none' })
  const request = { model: 'tiny', max_tokens: 24, messages: [{ role: 'user' as const, content }] }
  // The client's types leave the temperature out.
  const message = await anthropic.messages.create({ ...request, ...{ temperature: 0 } })
  expect(message.content).toMatchObject([{ type: 'text', text }])
})

test('a seed repeats its answer, and n choices are those of n seeds', async () => {
  const drawn = async (more: object): Promise<string[]> =>
    (await ask('Hello', { temperature: 1, ...more })).choices.map(({ message }) => message.content!)
  const [several, ...single] = await Promise.all([
    drawn({ seed: 5, n: 3 }),
    ...[5, 6, 7, 5].map((seed) => drawn({ seed })),
  ])
  expect(several).toEqual(single.slice(0, 3).flat())
  expect(single[3]).toEqual(single[0])
  expect(new Set(several).size).toBe(3)
})

test('a second turn finds the tokens of the first', async () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'moon '.repeat(50) }]
  const request = { model: 'tiny', max_tokens: 40, temperature: 0 }
  const first = await server.client.chat.completions.create({ ...request, messages })
  messages.push(first.choices[0]!.message, { role: 'user', content: 'And then?' })
  const second = await server.client.chat.completions.create({ ...request, messages })
  expect(second.usage!.prompt_tokens_details!.cached_tokens).toBeGreaterThanOrEqual(64)
})
