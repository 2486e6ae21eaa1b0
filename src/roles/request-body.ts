import type { OpenAI } from 'openai'
import { writeOpenAiMessages } from '../chat/write-openai-messages.ts'
import { digestOf } from '../files/digest.ts'
import type { ChatRequest } from './chat-endpoint.ts'
import type { EndpointFailure } from './endpoint-failure.ts'

export type RequestBody = OpenAI.ChatCompletionCreateParamsNonStreaming

type Json = Readonly<Record<string, unknown>>

/** A part of a request that some endpoints do not take, and what is sent instead. */
interface Concession {
  /** Words of a refusal that mean the part. */
  readonly refused: RegExp
  /** The same body where the part is not in it. */
  readonly without: (body: Json) => Json
  /** What it is remembered for: one endpoint may take one schema and not another. */
  readonly key: (body: Json) => string
}

const { stringify } = JSON
const digest = (value: unknown): string => digestOf(value ?? null).slice(0, 12)

const leftOut =
  (name: string) =>
  ({ [name]: _, ...rest }: Json): Json =>
    rest

const plainIds = (body: Json): Json => {
  const texts = new Map<unknown, string>()
  const plain = (id: unknown): string => {
    const known = texts.get(id) ?? `call${String(texts.size).padStart(5, '0')}`
    texts.set(id, known)
    return known
  }
  const messages = (body.messages as readonly Json[]).map((message) => ({
    ...message,
    ...(Array.isArray(message.tool_calls) && {
      tool_calls: (message.tool_calls as readonly Json[]).map((call) => ({ ...call, id: plain(call.id) })),
    }),
    ...('tool_call_id' in message && { tool_call_id: plain(message.tool_call_id) }),
  }))
  return { ...body, messages }
}

const concessions: Readonly<Record<string, Concession>> = {
  response_format: {
    refused: /response_format|json.?schema|structured|guided|grammar|schema/i,
    without: leftOut('response_format'),
    key: (body) => digest(body.response_format),
  },
  max_tokens: {
    refused: /max_completion_tokens/,
    without: ({ max_tokens, ...rest }) => ({
      ...rest,
      ...(max_tokens !== undefined && { max_completion_tokens: max_tokens }),
    }),
    key: () => '',
  },
  temperature: { refused: /temperature/, without: leftOut('temperature'), key: () => '' },
  seed: { refused: /\bseed\b/, without: leftOut('seed'), key: () => '' },
  // K2 knows its own form of ids, others allow 40 characters or 9, and letters only.
  'ids of calls': { refused: /tool.?call.*\bid\b|tool_call_id/i, without: plainIds, key: () => '' },
}

/** What one endpoint is sent. */
export interface RequestWriter {
  body(request: ChatRequest): RequestBody
  /**
   * The name of what a refusal was of, where the body has it and can do without; from then on it does. Another request
   * may have learned it meanwhile: this one is written anew in any case.
   */
  learn(failure: EndpointFailure, sent: RequestBody): string | undefined
  /** What was learned, by name. */
  concessions(): readonly string[]
}

const wholeBody = (model: string, request: ChatRequest): Json => {
  const { messages, tools = [], schema, temperature, maxTokens, seed } = request
  return {
    model,
    messages: writeOpenAiMessages(messages),
    // An empty list is refused by some.
    ...(tools.length > 0 && { tools }),
    ...(schema !== undefined && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(seed !== undefined && { seed }),
  }
}

/** Writes requests for a model as far as its endpoint takes them. */
export function createRequestWriter(model: string): RequestWriter {
  const made = new Map<string, Set<string>>()
  return {
    body(request) {
      let body = wholeBody(model, request)
      for (const [name, keys] of made)
        if (keys.has(concessions[name]!.key(body))) body = concessions[name]!.without(body)
      return body as unknown as RequestBody
    },
    learn({ kind, status, cause }, sent) {
      if (kind !== 'refused' || (status !== 400 && status !== 422)) return undefined
      const body = sent as unknown as Json
      const words = cause instanceof Error ? cause.message : ''
      const found = Object.entries(concessions).find(
        ([, { refused, without }]) => refused.test(words) && stringify(without(body)) !== stringify(body),
      )
      if (found === undefined) return undefined
      const [name, { key }] = found
      made.set(name, (made.get(name) ?? new Set()).add(key(body)))
      return name
    },
    concessions: () => [...made.keys()],
  }
}
