import type { JsonObject } from '../data/json-objects.ts'
import { type ReadChat, readOpenAiChat } from '../trajectory/read-openai-chat.ts'
import { UserError } from '../user-error.ts'
import type { ChatRecord } from './chat-example.ts'

/** Tables keep nested values as JSON text. */
export function fromText(value: unknown, where: string): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new UserError(`${where}: expected a list, or JSON text of one: ${(error as Error).message}`)
  }
}

export const missingKey = (value: JsonObject, wanted: string): UserError =>
  new UserError(`no key ${wanted} (there are: ${Object.keys(value).slice(0, 10).join(', ') || 'none'})`)

/** Messages with the tools that a record declares beside them, each of them also as JSON text. */
export function readRecordChat(
  { tools, functions }: JsonObject,
  messages: unknown,
  where?: string,
): ReadChat {
  const listOf = (given: unknown, key: string): unknown => (given === '' ? null : fromText(given, key))
  return readOpenAiChat(
    { messages, tools: listOf(tools, 'tools'), functions: listOf(functions, 'functions') },
    where,
  )
}

/**
 * A record of OpenAI's chat messages: `messages`, perhaps `tools` or the older `functions`, each of them also as JSON
 * text. A message of `weight` 0 is not learned.
 *
 * @throws UserError with the path of what is wrong
 */
export function readChatRecord(value: JsonObject): ChatRecord {
  if (value.messages === undefined || value.messages === null) throw missingKey(value, '"messages"')
  const { messages, weights, tools } = readRecordChat(value, fromText(value.messages, 'messages'))
  return { messages, tools, learned: weights.map((weight) => weight !== 0) }
}
