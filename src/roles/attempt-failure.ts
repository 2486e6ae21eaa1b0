import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { EndpointFailure } from './endpoint-failure.ts'
import { retryAfterMs } from './retry-wait.ts'

const causeOf = (error: Error): unknown =>
  error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)

/** The innermost cause that says something: `ECONNREFUSED` stands below two others. */
function rootReason(error: unknown): string {
  let reason = ''
  for (let at = error; at instanceof Error; at = causeOf(at))
    reason = at.message || (at as NodeJS.ErrnoException).code || reason
  return reason
}

export const isHtml = (text: string): boolean =>
  /^[\s\d]*<(?:!doctype html|\?xml|html|head|body)\b/i.test(text)

/** Codes of a 429 that waiting does not help. */
const outOfCredit = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'exceeded_current_quota_error',
])

function refusal(status: number, message: string): string {
  if (status === 401 || status === 403) return `the API key was refused: ${message}`
  if (status === 404)
    return `${message}; check the model's name, and that the address has its path (mostly /v1)`
  return `the request was refused: ${message}`
}

function statusFailure(error: APIError, baseUrl: string): EndpointFailure {
  const status = error.status as number
  const message = isHtml(error.message) ? `${status} with an HTML page` : error.message
  const details = { status, cause: error, retryAfterMs: retryAfterMs(error.headers, Date.now()) }
  const spent = status === 429 && outOfCredit.has(error.code ?? error.type ?? '')
  if (spent)
    return new EndpointFailure('refused', `${baseUrl}: the account has no credit left: ${message}`, {
      ...details,
      transient: false,
    })
  if (status === 429 || status >= 500)
    return new EndpointFailure('overloaded', `${baseUrl}: busy or broken: ${message}`, {
      ...details,
      transient: true,
    })
  return new EndpointFailure('refused', `${baseUrl}: ${refusal(status, message)}`, {
    ...details,
    transient: false,
  })
}

/**
 * What went wrong with one request; what is no fault of the endpoint's comes back unchanged.
 *
 * @param error what the SDK or the reading of the body threw
 */
export function attemptFailure(error: unknown, baseUrl: string): unknown {
  if (error instanceof EndpointFailure) return error
  const transient = { transient: true, cause: error }
  if (error instanceof APIConnectionTimeoutError)
    return new EndpointFailure('timeout', `${baseUrl}: no answer in time; is the server busy?`, transient)
  if (error instanceof APIConnectionError)
    return new EndpointFailure(
      'unreachable',
      `${baseUrl}: cannot be reached: ${rootReason(error)}; is the server running, and the address right?`,
      transient,
    )
  if (error instanceof APIError && typeof error.status === 'number') return statusFailure(error, baseUrl)
  // undici says `terminated` where a body breaks off.
  if (error instanceof TypeError && /terminated|fetch failed/.test(error.message))
    return new EndpointFailure(
      'unreachable',
      `${baseUrl}: the connection broke off in the middle of an answer: ${rootReason(error)}`,
      transient,
    )
  return error
}
