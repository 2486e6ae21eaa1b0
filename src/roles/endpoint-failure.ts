import { UserError } from '../user-error.ts'

export const failureKinds = ['unreachable', 'timeout', 'overloaded', 'refused', 'invalid'] as const

/**
 * `unreachable`: no connection, or it broke off. `timeout`: no whole answer in time. `overloaded`: 429 and 5xx.
 * `refused`: any other 4xx. `invalid`: an answer that is none, such as a page of HTML.
 */
export type FailureKind = (typeof failureKinds)[number]

/** What went wrong at an endpoint; the message is for the user, in one line. */
export class EndpointFailure extends UserError {
  override name = 'EndpointFailure'
  readonly kind: FailureKind
  /** Whether the same request may be answered later. */
  readonly transient: boolean
  readonly status: number | null
  /** What the endpoint asks to wait, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null

  constructor(
    kind: FailureKind,
    message: string,
    details: {
      readonly transient: boolean
      readonly status?: number
      readonly retryAfterMs?: number | null
      readonly cause?: unknown
    },
  ) {
    super(oneLine(message), { cause: details.cause })
    this.kind = kind
    this.transient = details.transient
    this.status = details.status ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }
}

/** Endpoints quote requests, and pages of proxies are long. */
const longest = 500

function oneLine(text: string): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '\u{fffd}')
    .trim()
  return line.length > longest ? `${line.slice(0, longest)}...` : line
}
