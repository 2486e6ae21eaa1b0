import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type InternalServer, internalServer } from './internal-server.fixture.ts'

let s: InternalServer
beforeAll(async () => {
  s = await internalServer()
})
afterAll(() => s.server.stop(0))

const body = (max_tokens: number, more: object = {}) => ({
  input_ids: [5, 10],
  sampling: { max_tokens },
  ...more,
})

test('ids go in; ids, log-probs and versions come out', async () => {
  expect(await s.post('generate', body(3, { return_logprobs: true, session_id: 'a' }))).toEqual({
    status: 200,
    body: {
      output_ids: [11, 12, 13],
      logprobs: [-11, -12, -13],
      weight_versions: [0, 0, 0],
      finish: 'length',
      cached_tokens: 3,
      session_id: 'a',
    },
  })
})

test('the sampling is handed on as it is', async () => {
  const sampling = { temperature: 0.7, top_p: 0.9, top_k: 4, max_tokens: 1, seed: 8 }
  await s.post('generate', { input_ids: [1, 2], sampling })
  expect(s.scheduler.requests.at(-1)).toMatchObject({
    prompt: [1, 2],
    temperature: 0.7,
    topP: 0.9,
    topK: 4,
    maxTokens: 1,
    seed: 8,
  })
})

test('a stop id ends the text and is its last token', async () => {
  const sampling = { max_tokens: 50, stop_ids: [13, 400] }
  const { body: answer } = await s.post('generate', { input_ids: [10], sampling, return_logprobs: true })
  expect(answer).toMatchObject({ output_ids: [11, 12, 13], logprobs: [-11, -12, -13], finish: 'stop' })
  expect(s.scheduler.running()).toBe(0)
})

interface StreamEvent {
  readonly event: string | undefined
  readonly data: Record<string, unknown>
}

async function streamed(response: Response): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ event, data: JSON.parse(data) }),
  })
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(chunk)
  return events
}

const post = (path: string, sent: object, signal?: AbortSignal) =>
  fetch(`${s.url}/v1/internal/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
    ...(signal && { signal }),
  })

test('a stream has the same tokens in batches and says at its end how it ended', async () => {
  const events = await streamed(await post('generate', body(40, { stream: true, return_logprobs: true })))
  const batches = events.filter(({ event }) => event === 'tokens').map(({ data }) => data)
  const ids = Array.from({ length: 40 }, (_, i) => 11 + i)
  expect(batches.flatMap(({ output_ids }) => output_ids)).toEqual(ids)
  expect(batches.flatMap(({ logprobs }) => logprobs)).toEqual(ids.map((id) => -id))
  expect(batches.flatMap(({ weight_versions }) => weight_versions)).toEqual(ids.map(() => 0))
  expect(events.at(-1)).toMatchObject({ event: 'finish', data: { finish: 'length', cached_tokens: 3 } })
})

test('abort ends the named sessions, whose requests answer with what they have', async () => {
  const a1 = s.post('generate', body(900, { session_id: 'a' }))
  const a2 = post('generate', body(900, { session_id: 'a', stream: true })).then(streamed)
  const b = s.post('generate', body(60, { session_id: 'b' }))
  await vi.waitFor(() => expect(s.scheduler.running()).toBe(3), 30_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await s.post('abort', { session_ids: ['a', 'c'] })).body).toEqual({ aborted: ['a'] })
  const { body: partial } = await a1
  expect(partial.finish).toBe('aborted')
  expect(partial.output_ids.length).toBeGreaterThan(0)
  expect(partial.output_ids).toEqual(partial.output_ids.map((_: number, i: number) => 11 + i))
  expect((await a2).at(-1)!.data.finish).toBe('aborted')
  expect((await b).body.finish).toBe('length')
})

test('a paused server stands still until it is resumed, and abort of all ends what stands', async () => {
  expect((await s.post('pause')).body).toMatchObject({ paused: true, weight_version: 0 })
  const standing = s.post('generate', body(5, { session_id: 'p' }))
  await vi.waitFor(() => expect(s.scheduler.running()).toBe(1), 30_000)
  expect((await s.post('abort', { all: true })).body).toEqual({ aborted: ['p'] })
  expect((await standing).body).toMatchObject({ output_ids: [], finish: 'aborted' })
  const waiting = s.post('generate', body(5))
  expect((await s.post('resume')).body).toMatchObject({ paused: false })
  expect((await waiting).body.output_ids).toHaveLength(5)
})

test('a client that leaves ends its text', async () => {
  const leave = new AbortController()
  const response = await post('generate', body(900, { stream: true }), leave.signal)
  await response.body!.getReader().read()
  leave.abort()
  await vi.waitFor(() => expect(s.scheduler.running()).toBe(0), 30_000)
  expect((await s.post('abort', { all: true })).body).toEqual({ aborted: [] })
})

test('what cannot be served is refused in words', async () => {
  const refusal = async (sent: unknown, path = 'generate') => {
    const { status, body: answer } = await s.post(path, sent)
    return `${status} ${answer.error.message}`
  }
  expect([
    await refusal({ input_ids: [1, 1000], sampling: { max_tokens: 1 } }),
    await refusal({ input_ids: [], sampling: { max_tokens: 1 } }),
    await refusal({ input_ids: [1.5], sampling: { max_tokens: 1 } }),
    await refusal({ input_ids: [1], sampling: { max_token: 1 } }),
    await refusal({ input_ids: [1] }),
    await refusal({ session_ids: 'a' }, 'abort'),
    await refusal({}, 'abort'),
  ]).toMatchInlineSnapshot(`
    [
      "400 request: input_ids[1]: expected at most 999, got 1000",
      "400 request: input_ids: expected a list with a length of at least 1, got []",
      "400 request: input_ids[0]: expected a whole number, got 1.5",
      "400 request:
      sampling.max_tokens: missing, expected a number
      unknown key "sampling.max_token"; did you mean "max_tokens"?",
      "400 request: sampling: missing, expected an object",
      "400 request: session_ids: expected an array, got "a"",
      "400 request: expected either session_ids or all: true",
    ]
  `)
})
