import type { OpenAI } from 'openai'
import { writeOpenAiMessages } from '../chat/write-openai-messages.ts'
import { digestOf } from '../files/digest.ts'
import type { ChatRequest } from './chat-endpoint.ts'
import type { EndpointFailure } from './endpoint-failure.ts'

export type RequestBody = OpenAI.ChatCompletionCreateParamsNonStreaming

type Json = Readonly<Record<string, unknown>>

/** A part of a request that some endpoints do not take, and what is sent instead. */
interface Concession {
  /** Whether the part is there, and a refusal in these words means it. */
  readonly refused: (body: Json, words: string) => boolean
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
    refused: (body, words) =>
      'response_format' in body &&
      /response_format|json.?schema|structured|guided|grammar|schema/i.test(words),
    without: leftOut('response_format'),
    key: (body) => digest(body.response_format),
  },
  max_tokens: {
    refused: (body, words) => 'max_tokens' in body && /max_completion_tokens/.test(words),
    without: ({ max_tokens, ...rest }) => ({ ...rest, max_completion_tokens: max_tokens }),
    key: () => '',
  },
  temperature: {
    refused: (body, words) => 'temperature' in body && /temperature/.test(words),
    without: leftOut('temperature'),
    key: () => '',
  },
  seed: {
    refused: (body, words) => 'seed' in body && /\bseed\b/.test(words),
    without: leftOut('seed'),
    key: () => '',
  },
  // K2 knows its own form of ids, others allow 40 characters or 9, and letters only.
  'ids of calls': {
    refused: (body, words) =>
      stringify(body.messages).includes('"tool_call') && /tool.?call.*\bid\b|tool_call_id/i.test(words),
    without: plainIds,
    key: () => '',
  },
}

/** What one endpoint is sent. */
export interface RequestWriter {
  body(request: ChatRequest): RequestBody
  /** Whether a refusal was of a part of the body that can be left out; from then on it is. */
  learn(failure: EndpointFailure, sent: RequestBody): boolean
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
      if (kind !== 'refused' || (status !== 400 && status !== 422)) return false
      const body = sent as unknown as Json
      const words = cause instanceof Error ? cause.message : ''
      const refused = Object.entries(concessions).find(([, one]) => one.refused(body, words))
      if (refused === undefined) return false
      // Another request may have learned it meanwhile: this one is written anew in any case.
      const [name, one] = refused
      made.set(name, (made.get(name) ?? new Set()).add(one.key(body)))
      return true
    },
    concessions: () => [...made.keys()],
  }
}
