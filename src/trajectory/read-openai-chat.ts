import { z } from 'zod'
import type { ChatMessage, ToolDeclaration } from '../chat/messages.ts'
import { readOpenAiMessages } from '../chat/openai-messages.ts'
import { readOpenAiMessageTools, readOpenAiTools } from '../chat/openai-tools.ts'
import { readOpenAiWeights } from '../chat/openai-weights.ts'
import { readAs } from '../chat/read-as.ts'
import { checkAnswered } from './check-answered.ts'
import { functionMessagesAsTools, functionsAsTools } from './openai-functions.ts'

/** What a line of chat JSONL says. */
export interface ReadChat {
  readonly messages: readonly ChatMessage[]
  /** By message. */
  readonly weights: readonly (0 | 1 | undefined)[]
  /** Of `tools`, of the older `functions`, and of messages that declare some. */
  readonly tools: readonly ToolDeclaration[]
}

const list = z.array(z.unknown())

/**
 * Reads OpenAI's chat, also with the older `functions` and `function_call`, which become tools and calls. Ids of calls
 * stay as they are.
 *
 * @param where path of the messages
 * @throws UserError with the path of what is wrong: what cannot be read, results of no call, calls without a result
 *   before the next message (the last ones may be open)
 */
export function readOpenAiChat(
  chat: { readonly messages?: unknown; readonly tools?: unknown; readonly functions?: unknown },
  where = 'messages',
): ReadChat {
  const given = readAs(list.min(1), chat.messages, where)
  const inputs = functionMessagesAsTools(given, where)
  const messages = readOpenAiMessages(inputs, where)
  const weights = readOpenAiWeights(inputs, where)
  checkAnswered(messages, where)
  return {
    messages,
    weights,
    tools: [
      ...readOpenAiTools(chat.tools),
      ...readOpenAiTools(functionsAsTools(readAs(list, chat.functions ?? [], 'functions')), 'functions'),
      ...readOpenAiMessageTools(given, where),
    ],
  }
}
