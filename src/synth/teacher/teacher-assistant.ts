import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { AssistantPolicy, AssistantTurn } from '../../world/policies.ts'

export interface TeacherAssistantOptions {
  readonly temperature?: number
  /** Of one turn. */
  readonly maxTokens?: number
}

const finishOf = {
  stop: 'stop',
  tool_calls: 'tool_calls',
  length: 'length',
  // What a filter cuts is no more whole than what a limit cuts.
  content_filter: 'length',
} as const satisfies Record<string, AssistantTurn['finish']>

/**
 * A model behind an endpoint as the assistant of episodes.
 *
 * @throws EndpointFailure from its turns
 */
export function teacherAssistant(
  endpoint: ChatEndpoint,
  { temperature = 0.8, maxTokens = 4096 }: TeacherAssistantOptions = {},
): AssistantPolicy {
  return {
    name: endpoint.model,
    model: { name: endpoint.model, sampling: { temperature, maxTokens } },
    async turn({ messages, tools, seed, signal }) {
      const { message, finish, usage } = await endpoint.complete({
        messages,
        tools,
        temperature,
        maxTokens,
        seed,
        signal,
      })
      return { message, finish: finishOf[finish], meta: { ...usage, finish } }
    },
  }
}
