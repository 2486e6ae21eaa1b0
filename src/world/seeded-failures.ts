import type { CallResult } from './environment.ts'
import type { Json } from './execute.ts'
import type { SeededFailure } from './task.ts'

type Kind = SeededFailure['kind']

const half = <T>(list: readonly T[]): readonly T[] => list.slice(0, Math.floor(list.length / 2))

/** A result of which a part is missing: half of its items, or half of its members. */
function partOf(value: Json): Readonly<Record<string, Json>> {
  if (Array.isArray(value)) return { items: half(value) }
  if (typeof value !== 'object' || value === null) return {}
  const { items } = value as { items?: unknown }
  if (Array.isArray(items)) return { ...(value as object), items: half(items as Json[]) }
  return Object.fromEntries(half(Object.entries(value)))
}

/** What the assistant is told in place of `value`, which never was a change: failures hit before anything is done. */
const bodies: Readonly<Record<Exclude<Kind, 'delay'>, (value: Json) => Json>> = {
  error: () => ({ error: 'service unavailable', retryable: true }),
  timeout: () => ({ error: 'timed out, nothing was done', retryable: true }),
  empty: () => ({ items: [], warning: 'no data arrived', retryable: true }),
  partial: (value) => ({ ...partOf(value), warning: 'the answer was cut off', retryable: true }),
}

const delayMs = 4000

/** Whether the call goes through in spite of it, only later. */
export const isOnlyLate = (kind: Kind): boolean => kind === 'delay'

/** What a seeded failure makes of a call whose result would have been `value`. */
export function failedResult(kind: Kind, value: Json): CallResult {
  if (kind === 'delay')
    return { content: JSON.stringify(value), failed: false, meta: { seeded: kind, delay_ms: delayMs } }
  return { content: JSON.stringify(bodies[kind](value)), failed: true, meta: { seeded: kind } }
}

/** Whether a result says that the same call may go through another time. */
export function isRetryable(content: string): boolean {
  try {
    return (JSON.parse(content) as { retryable?: unknown } | null)?.retryable === true
  } catch {
    return false
  }
}
