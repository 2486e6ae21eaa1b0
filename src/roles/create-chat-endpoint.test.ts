import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { UserError } from '../user-error.ts'
import type { ChatRequest } from './chat-endpoint.ts'
import { createChatEndpoint } from './create-chat-endpoint.ts'
import { EndpointFailure } from './endpoint-failure.ts'
import { calls, completion, refuses, type Step, says, scriptedEndpoint } from './scripted-endpoint.fixture.ts'

const asked: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] }
const settings = { model: 'm', maxConcurrency: 8, timeoutMs: 20_000, retries: 2 }

/** Asks an endpoint with a script once. */
async function ask(script: readonly Step[], more: object = {}, request: ChatRequest = asked) {
  await using server = await scriptedEndpoint(script)
  const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl, ...more })
  const result = await endpoint.complete(request).catch((error: unknown) => error)
  return { result, requests: server.requests, keys: server.keys, usage: endpoint.usage() }
}

async function failure(script: readonly Step[], more: object = {}) {
  const { result, requests, usage } = await ask(script, more)
  expect(result).toBeInstanceOf(EndpointFailure)
  expect(result).toBeInstanceOf(UserError)
  return { failure: result as EndpointFailure, requests, usage }
}

describe.concurrent('an endpoint', () => {
  test('is asked in its own words, and what it takes is counted', async () => {
    const tools = [{ type: 'function', function: { name: 'find', parameters: { type: 'object' } } }] as const
    const messages = [
      { role: 'user', content: 'Find it' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'functions.find:0', name: 'find', arguments: '{}' }],
      },
      { role: 'tool', toolCallId: 'functions.find:0', content: '[]' },
    ] as const
    const request = { messages, tools, schema: { type: 'object' }, temperature: 0.5, maxTokens: 9, seed: 3 }
    const prices = { input: 2, output: 10 }
    const script = [calls({ name: 'find', arguments: { a: 1 } })]
    const { result, requests, keys, usage } = await ask(script, { apiKey: 'secret', prices }, request)
    expect(result).toEqual({
      message: {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'functions.find:1', name: 'find', arguments: '{"a":1}' }],
      },
      finish: 'tool_calls',
      usage: { promptTokens: 100, completionTokens: 10 },
    })
    expect(keys).toEqual(['Bearer secret'])
    expect(requests).toEqual([
      {
        model: 'm',
        messages: [
          { role: 'user', content: 'Find it' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'functions.find:0', type: 'function', function: { name: 'find', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'functions.find:0', content: '[]' },
        ],
        tools,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: { type: 'object' } },
        },
        temperature: 0.5,
        max_tokens: 9,
        seed: 3,
      },
    ])
    expect(usage).toMatchObject({
      answers: 1,
      promptTokens: 100,
      completionTokens: 10,
      retries: 0,
      unreported: 0,
    })
    expect(usage.cost).toBeCloseTo(0.0003, 12)
  })

  test('that fails for a while is asked again', async () => {
    const script: readonly Step[] = [
      refuses(500, 'oops'),
      { half: '{"choices":', ending: 'reset' },
      says('Hi'),
    ]
    const { result, requests, usage } = await ask(script)
    expect(result).toMatchObject({ message: { content: 'Hi' } })
    expect(requests[2]).toEqual(requests[0])
    expect(usage).toMatchObject({ answers: 1, retries: 2, cost: null })
  })

  test('that asks to wait is waited for', async () => {
    const script = [refuses(429, 'slow down', { 'retry-after-ms': '700' }), says('Hi')]
    const started = performance.now()
    expect((await ask(script)).result).toMatchObject({ message: { content: 'Hi' } })
    expect(performance.now() - started).toBeGreaterThanOrEqual(690)
  })

  test('that asks for no wait gets one all the same, a longer one each time', async () => {
    const arrivals: number[] = []
    await using server = await scriptedEndpoint(() => {
      arrivals.push(performance.now())
      return refuses(429, 'slow down', { 'retry-after': '0' })
    })
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl })
    await expect(endpoint.complete(asked)).rejects.toMatchObject({ kind: 'overloaded' })
    expect(arrivals).toHaveLength(3)
    expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(240)
    expect(arrivals[2]! - arrivals[1]!).toBeGreaterThanOrEqual(490)
  })

  test('that asks to wait gets no other request meanwhile', async () => {
    const arrivals: number[] = []
    await using server = await scriptedEndpoint((_, index) => {
      arrivals.push(performance.now())
      return index === 0 ? refuses(429, 'slow down', { 'retry-after-ms': '500' }) : says('Hi')
    })
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl, retries: 0 })
    await expect(endpoint.complete(asked)).rejects.toMatchObject({ kind: 'overloaded' })
    await endpoint.complete({ ...asked, seed: 2 })
    expect(arrivals).toHaveLength(2)
    expect(arrivals[1]! - arrivals[0]!).toBeGreaterThanOrEqual(450)
  })

  test('that asks to wait for an hour is given up', async () => {
    const { failure: given, requests } = await failure([refuses(429, 'slow down', { 'retry-after': '3600' })])
    expect(given).toMatchObject({ kind: 'overloaded', transient: true, status: 429, retryAfterMs: 3_600_000 })
    expect(requests).toHaveLength(1)
  })

  test('that stays broken is given up after the retries', async () => {
    const script = [503, 502, 500].map((status) => refuses(status, 'down'))
    const { failure: given, requests, usage } = await failure(script)
    expect(given.kind).toBe('overloaded')
    expect(given.message).toMatch(/^http:.+\/v1: busy or broken: 500 down$/)
    expect(requests).toHaveLength(3)
    expect(usage).toMatchObject({ answers: 0, retries: 2, failures: { overloaded: 1, timeout: 0 } })
  })

  test.each([
    [401, 'wrong key', 'the API key was refused: 401 wrong key'],
    [404, 'no model m', "404 no model m; check the model's name, and that the address has its path"],
    [400, 'messages are too long', 'the request was refused: 400 messages are too long'],
    [413, 'too large', 'the request was refused: 413 too large'],
  ])('that answers %i is not asked again', async (status, message, said) => {
    const { failure: given, requests } = await failure([refuses(status, message)])
    expect(given).toMatchObject({ kind: 'refused', transient: false, status })
    expect(given.message).toContain(said)
    expect(requests).toHaveLength(1)
  })

  test('without credit is not waited for', async () => {
    const error = {
      message: 'You exceeded your quota',
      code: 'insufficient_quota',
      type: 'insufficient_quota',
    }
    const { failure: given, requests } = await failure([{ status: 429, body: { error } }])
    expect(given).toMatchObject({ kind: 'refused', transient: false })
    expect(given.message).toContain('the account has no credit left: 429 You exceeded your quota')
    expect(requests).toHaveLength(1)
  })

  test('that is a web page says so at once; with a status of its own it may be a proxy', async () => {
    const page = `<!doctype html><html>${'<p>Hello</p>'.repeat(1000)}</html>`
    const { failure: given, requests } = await failure([{ body: page }])
    expect(given.kind).toBe('invalid')
    expect(given.message).toMatch(/answered with an HTML page; is the address right, with its path/)
    expect(requests).toHaveLength(1)
    const proxy = await failure([{ status: 502, body: page }], { retries: 0 })
    expect(proxy.failure.kind).toBe('overloaded')
    expect(proxy.failure.message).toMatch(/busy or broken: 502 with an HTML page$/)
  })

  test('that sends half of its JSON is asked again, then given up', async () => {
    const { failure: given, requests } = await failure(
      [{ body: '{"choices": [{"message"' }, { body: { choices: [] } }],
      { retries: 1 },
    )
    expect(given.kind).toBe('invalid')
    expect(given.message).toContain('choices: expected a list with a length of at least 1')
    expect(requests).toHaveLength(2)
  })

  test.each<readonly [string, Step]>([
    ['before its answer', { ...says('Hi'), afterMs: 5_000 } as Step],
    ['in the middle of it', { half: '{"choices":[', ending: 'stay' }],
  ])('that takes too long %s is given up', async (_, step) => {
    const { failure: given, usage } = await failure([step], { timeoutMs: 150, retries: 0 })
    expect(given).toMatchObject({ kind: 'timeout', transient: true })
    expect(given.message).toContain('no whole answer in 0.15 s; is the server busy?')
    expect(usage.failures.timeout).toBe(1)
  })

  test('that resets the connection in the middle is unreachable', async () => {
    const { failure: given } = await failure([{ half: '{"choices":[{"mess', ending: 'reset' }], {
      retries: 0,
    })
    expect(given.kind).toBe('unreachable')
    expect(given.message).toContain('the connection broke off in the middle of an answer')
  })

  test('where nobody listens is unreachable', async () => {
    const free = createServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    const endpoint = createChatEndpoint({ ...settings, baseUrl: `http://127.0.0.1:${port}/v1`, retries: 1 })
    const error = await endpoint.complete(asked).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'unreachable', transient: true })
    expect((error as Error).message).toMatch(/cannot be reached: .*ECONNREFUSED.*; is the server running/)
    expect(endpoint.usage()).toMatchObject({ retries: 1, failures: { unreachable: 1 } })
  })

  test('that does not tell its usage is counted as such', async () => {
    const { body } = says('Hi') as { body: object }
    const { result, usage } = await ask([{ body: { ...body, usage: null } }])
    expect(result).toMatchObject({ usage: { promptTokens: 0, completionTokens: 0 } })
    expect(usage).toMatchObject({ answers: 1, unreported: 1 })
  })

  test('is left alone when nobody wants the answer any more', async () => {
    await using server = await scriptedEndpoint(() => ({ ...says('Hi'), afterMs: 5_000 }) as Step)
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl })
    const aborter = new AbortController()
    setTimeout(() => aborter.abort(new Error('stopped')), 100)
    await expect(endpoint.complete({ ...asked, signal: aborter.signal })).rejects.toThrow('stopped')
    expect(endpoint.usage()).toMatchObject({ retries: 0, failures: { timeout: 0, unreachable: 0 } })
  })

  test('gets no wait when nobody wants the answer any more', async () => {
    const aborter = new AbortController()
    await using server = await scriptedEndpoint(() => refuses(429, 'wait', { 'retry-after': '60' }))
    const endpoint = createChatEndpoint({ ...settings, baseUrl: server.baseUrl })
    setTimeout(() => aborter.abort(new Error('stopped')), 300)
    await expect(endpoint.complete({ ...asked, signal: aborter.signal })).rejects.toThrow('stopped')
  })
})

test('an endpoint that bears only a few requests at once answers many in the end', async () => {
  let open = 0
  await using server = await scriptedEndpoint(() => {
    const tooMany = ++open > 6
    setTimeout(() => open--, 15)
    return tooMany
      ? refuses(429, 'too many', { 'retry-after-ms': '20' })
      : ({ ...completion({ content: 'ok' }), afterMs: 15 } as Step)
  })
  const endpoint = createChatEndpoint({
    ...settings,
    baseUrl: server.baseUrl,
    maxConcurrency: 64,
    retries: 20,
  })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, seed) => endpoint.complete({ ...asked, seed })),
  )
  expect(answers).toHaveLength(200)
  expect(endpoint.usage()).toMatchObject({ answers: 200, failures: { overloaded: 0 } })
})
