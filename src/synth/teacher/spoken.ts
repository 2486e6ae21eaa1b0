import type { ChatMessage } from '../../chat/messages.ts'

/** What user and assistant said to each other: calls, results and the system message are not heard. */
export const spoken = (messages: readonly ChatMessage[]): string =>
  messages
    .flatMap(({ role, content }) =>
      (role === 'user' || role === 'assistant') && content !== '' ? `${role}: ${content}` : [],
    )
    .join('\n\n')
