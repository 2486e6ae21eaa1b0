import { expect, test } from 'vitest'
import { retryAfterMs, retryWaitMs } from './retry-wait.ts'

test('waits double, differ between requests, and are the same for the same one', () => {
  const waits = Array.from({ length: 10 }, (_, retry) => retryWaitMs('{"seed":1}', retry))
  for (const [retry, wait] of waits.entries()) {
    const whole = Math.min(30_000, 500 * 2 ** retry)
    expect(wait).toBeGreaterThanOrEqual(whole / 2)
    expect(wait).toBeLessThan(whole)
  }
  expect(retryWaitMs('{"seed":1}', 3)).toBe(waits[3])
  const first = new Set(Array.from({ length: 100 }, (_, seed) => retryWaitMs(`{"seed":${seed}}`, 0)))
  expect(first.size).toBe(100)
  const mean = [...first].reduce((sum, wait) => sum + wait, 0) / 100
  expect(Math.abs(mean - 375)).toBeLessThan(40)
})

const now = Date.parse('2026-01-01T00:00:00Z')
test.each([
  [{}, null],
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '-3' }, null],
  [{ 'retry-after': '3', 'retry-after-ms': '250' }, 250],
] as const)('%j is %s ms', (headers, wait) => {
  expect(retryAfterMs(new Headers(headers), now)).toBe(wait)
})
