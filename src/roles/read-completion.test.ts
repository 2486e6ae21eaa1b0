import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EndpointFailure } from './endpoint-failure.ts'
import { readCompletion } from './read-completion.ts'

const body = (message: unknown, finish: unknown = 'stop', more: object = {}): string =>
  JSON.stringify({ choices: [{ message, finish_reason: finish }], ...more })
const read = (text: string, earlier = 0) => readCompletion(text, 'http://x/v1', earlier)

test('text, its usage, and what was thought before it', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, more: {} }
  expect(read(body({ content: '<think>\nhm {1}\n</think>\n\nYes.' }, 'stop', { usage }))).toEqual({
    message: { role: 'assistant', content: 'Yes.' },
    finish: 'stop',
    usage: { promptTokens: 3, completionTokens: 4 },
  })
  expect(read(body({ content: null }, 'eos', { usage: { prompt_tokens: 'many' } }))).toEqual({
    message: { role: 'assistant', content: '' },
    finish: 'stop',
    usage: null,
  })
})

const call = (name: string, given: unknown, id: unknown = 'x') => ({
  id,
  function: { name, arguments: given },
})

test.each(['tool_calls', 'stop', 'function_call'])('calls have ids of K2, whatever came (%s)', (finish) => {
  const tool_calls = [call('find', '{"a":1}'), call('pay', { b: 2 }, null), call('none', null)]
  const { message, finish: read_finish } = read(body({ content: 'Wait.', tool_calls }, finish), 5)
  expect(read_finish).toBe('tool_calls')
  expect(message).toEqual({
    role: 'assistant',
    content: 'Wait.',
    toolCalls: [
      { id: 'functions.find:5', name: 'find', arguments: '{"a":1}' },
      { id: 'functions.pay:6', name: 'pay', arguments: '{"b":2}' },
      { id: 'functions.none:7', name: 'none', arguments: '' },
    ],
  })
})

test('an answer in parts is their text', () => {
  const content = [
    { type: 'thinking', text: 'hm' },
    { type: 'text', text: 'Ye' },
    { type: 'text', text: 's.' },
  ]
  expect(read(body({ content })).message.content).toBe('Yes.')
})

test('calls of an answer that was cut are none; refusals and filters are told apart from answers', () => {
  const tool_calls = [call('find', '{"a":')]
  expect(read(body({ content: 'a', tool_calls }, 'length'))).toMatchObject({
    finish: 'length',
    message: { content: 'a' },
  })
  expect(read(body({ content: 'a', tool_calls }, 'length')).message).not.toHaveProperty('toolCalls')
  expect(read(body({ content: '' }, 'content_filter'))).toMatchObject({ finish: 'content_filter' })
  expect(read(body({ content: null, refusal: 'I cannot.' }))).toMatchObject({
    finish: 'content_filter',
    message: { content: 'I cannot.' },
  })
})

test.each([
  [
    '<!DOCTYPE html><html><body>Sign in</body></html>',
    'answered with an HTML page; is the address right',
    false,
  ],
  ['  \n', 'answered with nothing', true],
  ['data: {"choices":[]}\n\n', 'answered with a stream', true],
  ['{"choices":[{"mess', 'not JSON, or half of it: "{\\"choices\\":[{\\"mess"', true],
  ['[]', 'no chat completion', true],
  ['null', 'no chat completion', true],
  ['{"error":"model is loading"}', 'no chat completion: choices: missing', true],
  ['{"choices":[]}', 'choices: expected a list with a length of at least 1, got []', true],
  [body({ content: 'half' }, null), 'choices[0].finish_reason: expected a string, got null', true],
  [body({ content: 7 }), 'choices[0].message.content: expected', true],
  [body({ tool_calls: [{ function: { name: '' } }] }), 'choices[0].message.tool_calls[0].function', true],
])('%s is refused', (text, message, transient) => {
  const error = (() => {
    try {
      return read(text)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(EndpointFailure)
  expect(error).toMatchObject({ kind: 'invalid', transient })
  expect((error as Error).message).toContain(`http://x/v1: `)
  expect((error as Error).message).toContain(message)
})

test('any bytes make an answer or a failure', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((text) => body(JSON.parse(text))),
  )
  fc.assert(
    fc.property(anything, (text) => {
      try {
        expect(read(text).message.role).toBe('assistant')
      } catch (error) {
        expect(error).toBeInstanceOf(EndpointFailure)
      }
    }),
  )
})
