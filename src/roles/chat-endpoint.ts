import type { AssistantMessage, ChatMessage, JsonSchema, ToolDeclaration } from '../chat/messages.ts'

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDeclaration[]
  /** Asks for JSON of this schema, where the endpoint can; the answer is checked in any case. */
  readonly schema?: JsonSchema
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly signal?: AbortSignal
}

export interface ChatUsage {
  readonly promptTokens: number
  readonly completionTokens: number
}

export interface ChatAnswer {
  readonly message: AssistantMessage
  readonly finish: 'stop' | 'tool_calls' | 'length' | 'content_filter'
  readonly usage: ChatUsage
}

/** A model behind an OpenAI-compatible endpoint: retries, waits and accounts inside. */
export interface ChatEndpoint {
  readonly baseUrl: string
  readonly model: string
  /**
   * @throws EndpointFailure when retries are used up, with its kind (unreachable, timeout, overloaded, refused, invalid)
   */
  complete(request: ChatRequest): Promise<ChatAnswer>
}
