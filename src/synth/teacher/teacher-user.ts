import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import type { UserPolicy } from '../../world/policies.ts'
import type { Task } from '../../world/task.ts'
import { spoken } from './spoken.ts'
import { userPrompt } from './user-prompt.ts'

/**
 * A model that plays a task's user. It hears what is said, not the calls.
 *
 * @throws RejectedAnswer, EndpointFailure from its turns
 */
export function teacherUser(endpoint: ChatEndpoint, { user }: Pick<Task, 'user'>): UserPolicy {
  const prompt = promptDigest(userPrompt)
  return {
    name: endpoint.model,
    async turn({ messages, seed, signal }) {
      const input = { user, conversation: spoken(messages) }
      const { value } = await askStructured(endpoint, userPrompt, input, { seed, signal })
      const meta = { prompt, thought: value.thought }
      return value.done ? { kind: 'done', meta } : { kind: 'say', text: value.message.trim(), meta }
    },
  }
}
