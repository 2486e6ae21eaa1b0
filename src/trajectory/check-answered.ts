import type { ChatMessage } from '../chat/messages.ts'
import { UserError } from '../user-error.ts'

/**
 * Refuses calls without a result before the next message, and results without a call: a reader that repaired them would
 * make up what was never said. The last calls may be open.
 *
 * @throws UserError with the path of what is wrong
 */
export function checkAnswered(messages: readonly ChatMessage[], where = 'messages'): void {
  let open: { readonly id: string; readonly where: string }[] = []
  for (const [i, message] of messages.entries()) {
    if (message.role === 'tool') {
      const at = open.findIndex(({ id }) => id === message.toolCallId)
      if (at < 0)
        throw new UserError(
          `${where}[${i}].tool_call_id: ${JSON.stringify(message.toolCallId.slice(0, 80))} answers no call of the turn before it`,
        )
      open = open.toSpliced(at, 1)
      continue
    }
    const [first] = open
    if (first !== undefined)
      throw new UserError(`${first.where}: no result for the call ${JSON.stringify(first.id.slice(0, 80))}`)
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    open = calls.map(({ id }, n) => ({ id, where: `${where}[${i}].tool_calls[${n}]` }))
  }
}
