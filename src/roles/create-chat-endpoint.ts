import { setTimeout as sleep } from 'node:timers/promises'
import { OpenAI } from 'openai'
import { type AdaptiveLimit, createAdaptiveLimit, type Ending } from './adaptive-limit.ts'
import { attemptFailure } from './attempt-failure.ts'
import type { ChatAnswer, ChatEndpoint, ChatRequest, ChatUsage } from './chat-endpoint.ts'
import { createEndpointAccount, type EndpointUsage, type Prices } from './endpoint-account.ts'
import { EndpointFailure } from './endpoint-failure.ts'
import { readCompletion } from './read-completion.ts'
import { createRequestWriter, type RequestBody } from './request-body.ts'
import { retryWaitMs } from './retry-wait.ts'

export interface ChatEndpointOptions {
  /** With its path, mostly `/v1`. */
  readonly baseUrl: string
  readonly model: string
  /** Sent as a bearer token; local servers need none. */
  readonly apiKey?: string
  /** Requests at once, at most; there are fewer where the endpoint cannot keep up. */
  readonly maxConcurrency: number
  /** For one whole answer, at most 300,000: Node's HTTP client waits no longer for the first byte. */
  readonly timeoutMs: number
  /** How often one request is sent again. */
  readonly retries: number
  readonly prices?: Prices
}

/** An endpoint that keeps account. */
export interface AccountedEndpoint extends ChatEndpoint {
  usage(): EndpointUsage
  /** How many requests may be under way now. */
  readonly window: number
}

/** An endpoint that asks for more patience than this is not waited for. */
const longestRetryAfterMs = 120_000

const earlierCalls = ({ messages }: ChatRequest): number =>
  messages.reduce(
    (sum, message) => sum + ((message.role === 'assistant' && message.toolCalls?.length) || 0),
    0,
  )

type Answered = Omit<ChatAnswer, 'usage'> & { readonly usage: ChatUsage | null }

/** Sends one request once. */
async function attempt(
  client: OpenAI,
  body: RequestBody,
  request: ChatRequest,
  timeoutMs: number,
): Promise<Answered> {
  const { baseURL } = client
  request.signal?.throwIfAborted()
  // Of its own, so that nothing of it stays behind: `AbortSignal.timeout` lives on until its time has come.
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  let isLate = false
  const clock = setTimeout(() => {
    isLate = true
    stop()
  }, timeoutMs)
  request.signal?.addEventListener('abort', stop, { once: true })
  try {
    const options = { signal: controller.signal, timeout: timeoutMs + 1000 }
    const response = await client.chat.completions.create(body, options).asResponse()
    return readCompletion(await response.text(), baseURL, earlierCalls(request))
  } catch (error) {
    request.signal?.throwIfAborted()
    if (!isLate) throw attemptFailure(error, baseURL)
    const seconds = timeoutMs / 1000
    throw new EndpointFailure('timeout', `${baseURL}: no whole answer in ${seconds} s; is the server busy?`, {
      transient: true,
      cause: error,
    })
  } finally {
    clearTimeout(clock)
    request.signal?.removeEventListener('abort', stop)
  }
}

const endingOf = (error: unknown): Ending =>
  error instanceof EndpointFailure && (error.kind === 'overloaded' || error.kind === 'timeout')
    ? 'overloaded'
    : 'other'

/** Runs one attempt when the limit lets it, and tells the limit how it went. */
async function admitted<T>(
  limit: AdaptiveLimit,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await limit.enter(signal)
  let ending: Ending = 'done'
  try {
    return await work()
  } catch (error) {
    ending = endingOf(error)
    const wait = error instanceof EndpointFailure ? error.retryAfterMs : null
    if (wait !== null && wait <= longestRetryAfterMs) limit.pause(wait)
    throw error
  } finally {
    leave(ending)
  }
}

/**
 * A model behind an OpenAI-compatible endpoint. Requests that meet 429, 5xx, broken connections, timeouts or half an
 * answer are sent again after a wait that grows, no shorter than Retry-After says, and fewer at once; other 4xx are not, except
 * without a part of the request that the endpoint says it does not take.
 *
 * @throws EndpointFailure from `complete` when a request is given up, the signal's reason where it is aborted
 */
export function createChatEndpoint(options: ChatEndpointOptions): AccountedEndpoint {
  const { baseUrl, model, apiKey, maxConcurrency, timeoutMs, retries, prices } = options
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
  })
  const limit = createAdaptiveLimit(maxConcurrency)
  const account = createEndpointAccount(prices)
  const writer = createRequestWriter(model)

  async function complete(request: ChatRequest): Promise<ChatAnswer> {
    const { signal } = request
    const conceded = new Set<string>()
    for (let retry = 0; ; ) {
      const body = writer.body(request)
      try {
        const answer = await admitted(limit, signal, () => attempt(client, body, request, timeoutMs))
        account.answered(answer.usage)
        return { ...answer, usage: answer.usage ?? { promptTokens: 0, completionTokens: 0 } }
      } catch (error) {
        if (!(error instanceof EndpointFailure)) throw error
        const learned = writer.learn(error, body)
        if (learned !== undefined && !conceded.has(learned)) {
          conceded.add(learned)
          continue
        }
        const wait = Math.max(error.retryAfterMs ?? 0, retryWaitMs(JSON.stringify(body), retry))
        if (!error.transient || retry === retries || wait > longestRetryAfterMs) {
          account.failed(error)
          throw error
        }
        await sleep(wait, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
        account.retried()
        retry++
      }
    }
  }

  return {
    baseUrl,
    model,
    complete,
    usage: () => ({ baseUrl, model, ...account.counts(), concessions: writer.concessions() }),
    get window() {
      return limit.window
    },
  }
}
