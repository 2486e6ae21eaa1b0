import { expect, test } from 'vitest'
import { failedResult, isOnlyLate, isRetryable } from './seeded-failures.ts'

const found = { items: [{ a: 1 }, { a: 2 }, { a: 3 }], total: 3 }

test.each([
  ['error', found, { error: 'service unavailable', retryable: true }],
  ['timeout', found, { error: 'timed out, nothing was done', retryable: true }],
  ['empty', found, { items: [], warning: 'no data arrived', retryable: true }],
  ['partial', found, { items: [{ a: 1 }], total: 3, warning: 'the answer was cut off', retryable: true }],
  ['partial', { a: 1, b: 2 }, { a: 1, warning: 'the answer was cut off', retryable: true }],
  ['partial', [1, 2], { items: [1], warning: 'the answer was cut off', retryable: true }],
  ['partial', 7, { warning: 'the answer was cut off', retryable: true }],
  ['partial', null, { warning: 'the answer was cut off', retryable: true }],
] as const)('%s of %j', (kind, value, told) => {
  const { content, ...rest } = failedResult(kind, value)
  expect(JSON.parse(content)).toEqual(told)
  expect(rest).toEqual({ failed: true, meta: { seeded: kind } })
  expect(isRetryable(content)).toBe(true)
  expect(isOnlyLate(kind)).toBe(false)
})

test('a delay goes through, and says how long it took', () => {
  expect(failedResult('delay', found)).toEqual({
    content: JSON.stringify(found),
    failed: false,
    meta: { seeded: 'delay', delay_ms: 4000 },
  })
  expect(isOnlyLate('delay')).toBe(true)
})

test.each(['', 'retryable', 'null', '[]', '1', '{"retryable":"true"}', '{"error":"no"}'])(
  '%j is not to be tried again',
  (content) => {
    expect(isRetryable(content)).toBe(false)
  },
)
