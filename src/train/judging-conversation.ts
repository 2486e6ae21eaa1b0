import type { AssistantMessage, ChatMessage } from '../chat/messages.ts'
import type { ChatRecord } from './chat-example.ts'

/** What a judge answers: the first answer is better, or the second. */
export const verdicts = ['A', 'B'] as const

const question =
  'Below are a conversation and two answers to go on with. Which answer is better? Reply with A or B alone.'

const callText = (name: string, given: string): string => `calls ${name} with ${given || '{}'}`

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

/** An answer as a judge reads it: its text, and its calls, a line each. */
const answerText = ({ content, toolCalls = [] }: AssistantMessage): string =>
  [content, ...toolCalls.map(({ name, arguments: given }) => callText(name, given))]
    .filter((part) => part !== '')
    .join('\n')

/** The messages that ask which of two answers to a conversation is better. */
export function judgingConversation(
  { messages, tools }: ChatRecord,
  answers: readonly [AssistantMessage, AssistantMessage],
): ChatMessage[] {
  const parts = [
    question,
    ...(tools.length === 0 ? [] : [`# Tools\n${tools.map(({ function: { name } }) => name).join(', ')}`]),
    `# Conversation\n${messages.map(messageText).join('\n')}`,
    ...answers.map((answer, i) => `# Answer ${verdicts[i]}\n${answerText(answer)}`),
  ]
  return [{ role: 'user', content: parts.join('\n\n') }]
}
