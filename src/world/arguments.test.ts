import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../chat/messages.ts'
import { readArguments } from './arguments.ts'

const declared = (parameters?: JsonSchema) =>
  ({
    type: 'function',
    function: { name: 'order', description: 'x', ...(parameters && { parameters }) },
  }) as const

const line = {
  type: 'object',
  properties: { quantity: { type: 'integer', minimum: 1 }, sku: { type: 'string' } },
  required: ['quantity'],
  additionalProperties: false,
}
const schema: JsonSchema = {
  type: 'object',
  properties: {
    query: { type: 'string' },
    status: { enum: ['open', 'done'] },
    due: { type: 'string', format: 'date' },
    lines: { type: 'array', items: line, maxItems: 2 },
    pair: { type: 'array', prefixItems: [{ type: 'integer' }], items: false },
    address: { $ref: '#/$defs/address' },
    'a/b~c': { type: 'number' },
    old: false,
  },
  required: ['query'],
  additionalProperties: false,
  $defs: { address: { type: 'object', properties: { street: {} }, additionalProperties: false } },
}

describe('bad calls are told in words', () => {
  test.each([
    ['{"query":"x","querry":1}', 'arguments: there is no parameter "querry"; did you mean "query"?'],
    [
      '{"query":"x","q":1}',
      'arguments: there is no parameter "q"; there are query, status, due, lines, pair, address, a/b~c',
    ],
    ['{"query":"x","Due":"2026-01-01"}', 'arguments: there is no parameter "Due"; did you mean "due"?'],
    [
      '{"query":"x","old":1}',
      'arguments: there is no parameter "old"; there are query, status, due, lines, pair, address, a/b~c',
    ],
    ['{}', 'arguments: the parameter "query" is missing'],
    ['', 'arguments: the parameter "query" is missing'],
    ['{"query":7}', 'arguments.query: Instance type "number" is invalid. Expected "string".'],
    ['{"query":null}', 'arguments.query: Instance type "null" is invalid. Expected "string".'],
    ['{"query":"x","status":"shut"}', 'arguments.status: Instance does not match any of ["open","done"].'],
    ['{"query":"x","due":"2026-13-01"}', 'arguments.due: String does not match format "date".'],
    ['{"query":"x","lines":[{"quantity":0}]}', 'arguments.lines[0].quantity: 0 is less than 1.'],
    ['{"query":"x","lines":[{"sku":"A"}]}', 'arguments.lines[0]: the member "quantity" is missing'],
    [
      '{"query":"x","lines":[{"quantity":1},{"quantity":1,"squ":"A"}]}',
      'arguments.lines[1]: there is no member "squ"; did you mean "sku"?',
    ],
    ['{"query":"x","pair":[1,2]}', 'arguments.pair: Items did not match schema.'],
    [
      '{"query":"x","address":{"stret":"A"}}',
      'arguments.address: there is no member "stret"; did you mean "street"?',
    ],
    ['{"query":"x","a/b~c":"1"}', 'arguments.a/b~c: Instance type "string" is invalid. Expected "number".'],
    ['[1]', 'the arguments are not a JSON object'],
    ['null', 'the arguments are not a JSON object'],
    ['"query"', 'the arguments are not a JSON object'],
  ])('%s', (text, problem) => {
    expect(readArguments(declared(schema), text)).toEqual({ ok: false, problem })
  })

  test('half of a call is not JSON', () => {
    const read = readArguments(declared(schema), '{"query":"x"')
    expect(read).toMatchObject({
      ok: false,
      problem: expect.stringContaining('the arguments are not JSON: '),
    })
  })

  test('a tool without parameters takes none', () => {
    const none = declared({ type: 'object', properties: {}, additionalProperties: false })
    expect(readArguments(none, '{"a":1}')).toEqual({
      ok: false,
      problem: 'arguments: there is no parameter "a"; it takes none',
    })
  })
})

test.each([
  ['{"query":"x"}', { query: 'x' }],
  [' {"query":"x","status":"done","due":"2026-02-28"} ', { query: 'x', status: 'done', due: '2026-02-28' }],
  ['{"query":"","lines":[{"quantity":1,"sku":"A"}]}', { query: '', lines: [{ quantity: 1, sku: 'A' }] }],
])('%s is right', (text, args) => {
  expect(readArguments(declared(schema), text)).toEqual({ ok: true, args })
})

test('a tool that declares nothing takes any object, and no arguments are an empty one', () => {
  expect(readArguments(declared(), '{"a":[1]}')).toEqual({ ok: true, args: { a: [1] } })
  expect(readArguments(declared(), ' ')).toEqual({ ok: true, args: {} })
  expect(readArguments(declared(true), '{"a":1}')).toEqual({ ok: true, args: { a: 1 } })
})
