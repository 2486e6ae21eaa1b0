import Anthropic from '@anthropic-ai/sdk'
import { afterEach, expect, test, vi } from 'vitest'
import { OverloadedError } from '../../generate/scheduler.ts'
import { UserError } from '../../user-error.ts'
import type { ServerSettings } from '../server-settings.ts'
import {
  type AnthropicServer,
  anthropicServer,
  finish,
  type Script,
  text,
} from './anthropic-server.fixture.ts'

let s: AnthropicServer
let client: Anthropic
afterEach(() => s.server.stop(0))

async function serve(script: Script, settings: Partial<ServerSettings> = {}) {
  s = await anthropicServer(script, settings)
  client = new Anthropic({ baseURL: s.server.url, apiKey: 'key', authToken: null, maxRetries: 0 })
}

const user = (content: string) => ({ role: 'user', content }) as const
const ask = { model: 'k2', max_tokens: 50, messages: [user('Hello')] }

test('errors are of the classes that clients catch', async () => {
  let error: Error = new Error('secret')
  await serve(() => [error], { apiKeys: ['key'], bodyLimitBytes: 5000 })
  const failure = async (from: Promise<unknown>) => {
    const caught = await from.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(caught instanceof Anthropic.APIError)) throw caught
    expect(caught.error).toMatchObject({ type: 'error', request_id: caught.requestID })
    return `${caught.status} ${caught.constructor.name} ${caught.type} ${caught.apiMessage}`
  }
  const other = new Anthropic({ baseURL: s.server.url, apiKey: 'wrong', authToken: null, maxRetries: 0 })
  const seen = [
    await failure(client.messages.create(ask)),
    await failure(client.messages.stream(ask).finalMessage()),
    await failure(other.messages.create(ask)),
    await failure(client.messages.create({ ...ask, model: 'k3' })),
    await failure(client.messages.create({ ...ask, max_tokens: 0 })),
    await failure(client.messages.countTokens({ ...ask, model: 'k3' })),
    await failure(client.messages.create({ ...ask, messages: [user('x'.repeat(6000))] })),
  ]
  error = new OverloadedError('9 requests wait already')
  seen.push(await failure(client.messages.create(ask)))
  error = new UserError('messages: too long')
  seen.push(await failure(client.messages.stream(ask).finalMessage()))
  expect(seen).toMatchInlineSnapshot(`
    [
      "500 InternalServerError api_error internal error; the log of the server has it",
      "500 InternalServerError api_error internal error; the log of the server has it",
      "401 AuthenticationError authentication_error the API key is not known here",
      "404 NotFoundError not_found_error the model "k3" does not exist; this server has k2",
      "400 BadRequestError invalid_request_error request: max_tokens: expected at least 1, got 0",
      "404 NotFoundError not_found_error the model "k3" does not exist; this server has k2",
      "413 ContentTooLargeError request_too_large Request body is too large",
      "529 OverloadedError overloaded_error 9 requests wait already",
      "400 BadRequestError invalid_request_error messages: too long",
    ]
  `)
})

test('too many requests are a RateLimitError', async () => {
  await serve(() => [finish('stop')], { rateLimit: { requestsPerMinute: 1, burst: 1 } })
  await client.messages.create(ask)
  const second = client.messages.create(ask)
  await expect(second).rejects.toBeInstanceOf(Anthropic.RateLimitError)
  await expect(second).rejects.toMatchObject({ type: 'rate_limit_error' })
})

test('a failure after the first byte is an error event', async () => {
  await serve(() => [text('Hello'), new Error('secret')])
  const stream = client.messages.stream(ask)
  const failed = stream.finalMessage()
  await expect(failed).rejects.toBeInstanceOf(Anthropic.APIError)
  await expect(failed).rejects.toMatchObject({ type: 'api_error' })
  await expect(failed).rejects.not.toThrow('secret')
})

test('an answer that the server ends early is an error too, whole or streamed', async () => {
  await serve(() => [text('Hello'), finish('aborted')])
  for (const asked of [() => client.messages.create(ask), () => client.messages.stream(ask).finalMessage()])
    await expect(asked()).rejects.toMatchObject({ type: 'overloaded_error' })
})

test('a client that leaves ends its answer', async () => {
  await serve(() => [...Array.from({ length: 2000 }, () => text('a ')), finish('stop')])
  const stream = client.messages.stream(ask)
  await new Promise((resolve) => stream.once('text', resolve))
  expect(s.open()).toBe(1)
  stream.abort()
  await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError)
  await vi.waitFor(() => expect(s.open()).toBe(0), 30_000)
})
