import type { AssistantMessage, ChatMessage, ToolDeclaration } from './messages.ts'

/** An answer as a judge reads it: its text, and its calls, a line each. */
export const answerText = ({
  content,
  toolCalls = [],
}: Pick<AssistantMessage, 'content' | 'toolCalls'>): string =>
  [content, ...toolCalls.map(({ name, arguments: given }) => `calls ${name} with ${given || '{}'}`)]
    .filter((part) => part !== '')
    .join('\n')

function messageText(message: ChatMessage): string {
  switch (message.role) {
    case 'tool':
      return `result of ${message.toolCallId}: ${message.content}`
    case 'assistant':
      return `assistant: ${answerText(message)}`
    default:
      return `${message.role}: ${message.content}`
  }
}

/** A conversation as a judge reads it, with the names of the tools that there are. */
export const conversationText = (
  messages: readonly ChatMessage[],
  tools: readonly ToolDeclaration[] = [],
): string =>
  [
    ...(tools.length === 0 ? [] : [`tools: ${tools.map(({ function: { name } }) => name).join(', ')}`]),
    ...messages.map(messageText),
  ].join('\n')
