import { draws } from '../draws.ts'

/** Of the first retry, in milliseconds; each further one waits twice as long. */
const firstWaitMs = 500
const longestWaitMs = 30_000

/**
 * Milliseconds before a retry: between half and the whole of a wait that doubles, so that requests that failed together
 * do not come back together. The same request waits equally long in every run.
 *
 * @param request its text, seed included
 * @param retry from 0
 */
export const retryWaitMs = (request: string, retry: number): number =>
  Math.min(longestWaitMs, firstWaitMs * 2 ** retry) * (0.5 + 0.5 * draws(retry, request).unit())

/** What the headers of an answer ask to wait, in milliseconds: seconds, a date, or milliseconds as some have it. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | null {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (exact >= 0) return exact
  const text = headers?.get('retry-after') ?? ''
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1000
  // Date.parse takes nearly anything for a date.
  const date = /[a-z]{3}, /i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
