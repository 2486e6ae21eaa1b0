import { seededRandom } from '../../draws.ts'
import type { RequestError } from './request-error.ts'

/** Whether an error may pass by itself: never, after a few attempts, or however long it takes. */
export type Patience = 'none' | 'some' | 'unlimited'

const patienceWith: Readonly<Record<RequestError['kind'], Patience | ((status: number) => Patience)>> = {
  http: (status) =>
    status === 429 ? 'unlimited' : status >= 500 || status === 408 || status === 409 ? 'some' : 'none',
  connection: 'unlimited',
  timeout: 'some',
  cut_off: 'some',
  not_an_answer: 'some',
  stream_error: 'some',
}

export function patienceFor({ kind, status = 0 }: RequestError): Patience {
  const patience = patienceWith[kind]
  return typeof patience === 'function' ? patience(status) : patience
}

const [FIRST, LONGEST, JITTER] = [2, 60, 0.25]

/**
 * Seconds to wait after attempt `attempt` (from 0): 2·2^attempt, at most 60, and up to a quarter more, so that requests
 * that failed together do not come back together. What the server asks for counts instead, if it is longer.
 *
 * @param random in [0, 1)
 */
export function retryDelay(attempt: number, random: number, retryAfter: number | null): number {
  const backOff = Math.min(FIRST * 2 ** attempt, LONGEST) * (1 + JITTER * random)
  return Math.max(backOff, retryAfter ?? 0)
}

/** The jitter of an attempt of a request, the same in every run. */
export const jitterOf = (index: number, attempt: number): number => seededRandom(index * 7919 + attempt)()

/** Seconds of a `retry-after` header, which is a number of them or a date; null for anything else. */
export function retryAfterSeconds(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000)
}
