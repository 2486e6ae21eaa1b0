import type { OpenAI } from 'openai'
import { callCount } from '../chat/call-count.ts'
import type { ToolCall, ToolDeclaration } from '../chat/messages.ts'
import { UserError } from '../user-error.ts'
import type { AgentMessage, AgentUsage, TurnEvent } from './agent-event.ts'
import { callCollector } from './call-collector.ts'
import { endpointError } from './endpoint-error.ts'
import { openAiMessage } from './openai-messages.ts'

/** How the model chooses its tokens; what is left out is the endpoint's choice. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly maxTokens?: number
  readonly seed?: number
}

export interface TurnRequest {
  readonly client: OpenAI
  readonly model: string
  readonly messages: readonly AgentMessage[]
  readonly tools: readonly ToolDeclaration[]
  readonly sampling: Sampling
  readonly signal: AbortSignal
}

/** One answer of the model. */
export interface Turn {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly ToolCall[]
  /** The endpoint's word for it; null where the signal ended the answer. */
  readonly finish: string | null
  readonly usage: AgentUsage | null
  /** From the request on. */
  readonly seconds: number
}

type Body = OpenAI.ChatCompletionCreateParamsStreaming

function body({ model, messages, tools, sampling }: TurnRequest): Body {
  const { temperature, topP, maxTokens, seed } = sampling
  return {
    model,
    messages: messages.map(openAiMessage),
    stream: true,
    stream_options: { include_usage: true },
    // An empty list is refused by some.
    ...(tools.length === 0 ? {} : { tools: tools as unknown as NonNullable<Body['tools']> }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(seed === undefined ? {} : { seed }),
  }
}

const usageOf = (usage: OpenAI.CompletionUsage): AgentUsage => ({
  promptTokens: usage.prompt_tokens ?? 0,
  completionTokens: usage.completion_tokens ?? 0,
  cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
})

/** Kimi's dialect has the usage in the last choice, thinking models a second kind of text. */
type Choice = OpenAI.ChatCompletionChunk.Choice & { readonly usage?: OpenAI.CompletionUsage | null }
type Delta = Choice['delta'] & {
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
}

/**
 * Asks the endpoint for one answer and gives out what it writes. An aborted signal ends it with what there is by then.
 *
 * @throws UserError in one line where the endpoint cannot be reached, refuses or breaks off
 */
export async function* modelTurn(request: TurnRequest): AsyncGenerator<TurnEvent, Turn> {
  const { client, messages, signal } = request
  const started = performance.now()
  const collector = callCollector(callCount(messages))
  const turn = { text: '', reasoning: '', finish: null as string | null, usage: null as AgentUsage | null }
  try {
    const stream = await client.chat.completions.create(body(request), { signal })
    for await (const chunk of stream) {
      if (chunk.usage) turn.usage = usageOf(chunk.usage)
      const choice = chunk.choices?.[0] as Choice | undefined
      if (choice === undefined) continue
      if (choice.usage) turn.usage = usageOf(choice.usage)
      turn.finish = choice.finish_reason ?? turn.finish
      const delta = (choice.delta ?? {}) as Delta
      const reasoning = delta.reasoning_content ?? delta.reasoning ?? ''
      turn.reasoning += reasoning
      if (reasoning !== '') yield { type: 'reasoning', text: reasoning }
      turn.text += delta.content ?? ''
      if (delta.content) yield { type: 'text', text: delta.content }
      for (const call of delta.tool_calls ?? []) yield* collector.take(call)
    }
  } catch (error) {
    if (!signal.aborted) throw endpointError(error, client.baseURL)
  }
  if (turn.finish === null && !signal.aborted)
    throw new UserError(
      `${client.baseURL}: the answer ended without a reason; is this an OpenAI-compatible endpoint, with its path (mostly /v1)?`,
    )
  // Half a call is none, and nobody can tell which of them the end has cut.
  const whole = turn.finish !== null && turn.finish !== 'length' && turn.finish !== 'content_filter'
  const calls = whole ? collector.calls() : []
  for (const [index, call] of calls.entries()) yield { type: 'called', index, call }
  return { ...turn, calls, seconds: (performance.now() - started) / 1000 }
}
