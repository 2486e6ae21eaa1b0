import { callCount } from '../../chat/call-count.ts'
import { canonicalId } from '../../chat/call-ids.ts'
import type { ChatMessage } from '../../chat/messages.ts'
import { lastResults } from '../../world/oracle.ts'
import type { AssistantPolicy, AssistantTurn } from '../../world/policies.ts'
import { isRetryable } from '../../world/seeded-failures.ts'
import { isCalling, type LiteralCall, type LiteralStep } from './literal-plan.ts'

const mostTries = 4
const closing = 'That is all from my side.'

function calling(
  calls: readonly LiteralCall[],
  messages: readonly ChatMessage[],
  content: string,
): AssistantTurn {
  const first = callCount(messages)
  const toolCalls = calls.map(({ tool, arguments: text }, i) => ({
    id: canonicalId({ name: tool, index: first + i }),
    name: tool,
    arguments: text,
  }))
  return { message: { role: 'assistant', content, toolCalls }, finish: 'tool_calls' }
}

/**
 * The assistant that takes steps one after the other, whatever comes. One for each episode.
 *
 * @param retries whether it makes calls again that say they may go through another time
 */
export function literalAssistant(
  name: string,
  plan: readonly LiteralStep[],
  retries = true,
): AssistantPolicy {
  let at = 0
  let tries = 0
  let pending: readonly LiteralCall[] = []
  return {
    name,
    async turn({ messages }) {
      const results = lastResults(messages)
      const again = retries ? pending.filter((_, i) => isRetryable(results[i] ?? '')) : []
      if (again.length > 0 && ++tries < mostTries) {
        pending = again
        return calling(again, messages, '')
      }
      const step = plan[at++]
      ;[tries, pending] = [0, step !== undefined && isCalling(step) ? step.calls : []]
      if (step !== undefined && isCalling(step)) return calling(step.calls, messages, step.say ?? '')
      return { message: { role: 'assistant', content: step?.say ?? closing }, finish: 'stop' }
    },
  }
}
