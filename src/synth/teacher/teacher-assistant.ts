import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { EndpointFailure } from '../../roles/endpoint-failure.ts'
import type { AssistantPolicy, AssistantTurn } from '../../world/policies.ts'
import { isOverlong } from './is-overlong.ts'

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

/** An answer that has no room. */
const cut: AssistantTurn = { message: { role: 'assistant', content: '' }, finish: 'length' }

/**
 * A model behind an endpoint as the assistant of episodes. Where a conversation has become too long for it, its turn is
 * cut before the first word.
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
      try {
        const { message, finish, usage } = await endpoint.complete({
          messages,
          tools,
          temperature,
          maxTokens,
          seed,
          signal,
        })
        return { message, finish: finishOf[finish], meta: { ...usage, finish } }
      } catch (error) {
        if (!(error instanceof EndpointFailure && isOverlong(error))) throw error
        return { ...cut, meta: { refused: error.message } }
      }
    },
  }
}
