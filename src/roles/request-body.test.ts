import { describe, expect, test } from 'vitest'
import type { ChatRequest } from './chat-endpoint.ts'
import { createChatEndpoint } from './create-chat-endpoint.ts'
import { refuses, says, scriptedEndpoint } from './scripted-endpoint.fixture.ts'

const asked: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] }
const settings = { model: 'm', maxConcurrency: 8, timeoutMs: 20_000, retries: 2 }

describe('what an endpoint does not take', () => {
  const request = { ...asked, schema: { type: 'object' }, temperature: 0, maxTokens: 9, seed: 1 } as const

  test('is left out or said otherwise, and remembered', async () => {
    const script = [
      refuses(400, "'response_format.type' must be 'text'"),
      refuses(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
      refuses(422, 'body.seed: extra fields not permitted'),
      refuses(400, "'temperature' does not support 0 with this model"),
      says('{}'),
      says('{}'),
    ]
    await using server = await scriptedEndpoint(script)
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl, retries: 0 })
    await endpoint.complete(request)
    await endpoint.complete(request)
    expect(server.requests).toHaveLength(6)
    const { messages, ...rest } = server.requests[5]!
    expect(rest).toEqual({ model: 'm', max_completion_tokens: 9 })
    expect(endpoint.usage()).toMatchObject({
      retries: 0,
      concessions: ['response_format', 'max_tokens', 'seed', 'temperature'],
    })
  })

  test('one schema refused leaves the others', async () => {
    const isBad = (body: unknown): boolean => JSON.stringify(body).includes('"cyclic"')
    await using server = await scriptedEndpoint((body) =>
      body.response_format && isBad(body) ? refuses(400, 'unsupported schema') : says('{}'),
    )
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl })
    await endpoint.complete({ ...asked, schema: { title: 'cyclic' } })
    await endpoint.complete({ ...asked, schema: { title: 'plain' } })
    await endpoint.complete({ ...asked, schema: { title: 'cyclic' } })
    expect(server.requests.map((body) => 'response_format' in body)).toEqual([true, false, true, false])
  })

  test('requests that are refused side by side all learn it', async () => {
    await using server = await scriptedEndpoint((body) =>
      'seed' in body ? refuses(400, 'unknown field seed') : says('ok'),
    )
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl, retries: 0 })
    const answers = await Promise.all([1, 2, 3, 4].map((seed) => endpoint.complete({ ...asked, seed })))
    expect(answers.map(({ message }) => message.content)).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('ids of K2 are shortened where they are refused', async () => {
    const messages = [
      { role: 'assistant', content: '', toolCalls: [{ id: 'functions.a:0', name: 'a', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'functions.a:0', content: '1' },
    ] as const
    const script = [refuses(400, 'Tool call id was functions.a:0 but must be a-z, A-Z, 0-9'), says('ok')]
    await using server = await scriptedEndpoint(script)
    await createChatEndpoint({ ...settings, baseUrl: server.baseUrl }).complete({ messages })
    expect(server.requests[1]!.messages).toMatchObject([
      { tool_calls: [{ id: 'call00000' }] },
      { tool_call_id: 'call00000' },
    ])
  })
  test.each([
    ['tool_call_id is not known', 2],
    ['tool_call_id, temperature, seed, max_completion_tokens, response_format', 6],
    ['tool_call_id is too long; the schema of tools is wrong', 3],
  ])('is asked for once each by an endpoint that refuses always: %s', async (words, count) => {
    const messages = [
      { role: 'assistant', content: '', toolCalls: [{ id: 'functions.a:0', name: 'a', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'functions.a:0', content: 'the key "tool_call_id"' },
    ] as const
    await using server = await scriptedEndpoint((_, index) =>
      index < 20 ? refuses(400, words) : says('after too many'),
    )
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl })
    for (const requests of [count, count + 1]) {
      await expect(endpoint.complete({ ...request, messages })).rejects.toThrow(
        `the request was refused: 400 ${words}`,
      )
      expect(server.requests).toHaveLength(requests)
    }
    expect(endpoint.usage()).toMatchObject({ retries: 0, failures: { refused: 2 } })
  })
})
