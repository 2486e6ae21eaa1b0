import type { ChatMessage } from './messages.ts'

/** Calls in a conversation: the next one's index. */
export const callCount = (messages: readonly ChatMessage[]): number =>
  messages.reduce(
    (sum, message) => sum + ((message.role === 'assistant' && message.toolCalls?.length) || 0),
    0,
  )
