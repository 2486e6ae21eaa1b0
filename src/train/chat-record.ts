import { readOpenAiMessages } from '../chat/openai-messages.ts'
import { readOpenAiMessageTools, readOpenAiTools } from '../chat/openai-tools.ts'
import { readOpenAiWeights } from '../chat/openai-weights.ts'
import type { JsonObject } from '../data/json-objects.ts'
import { readTrajectoryLine } from '../trajectory/trajectory-schema.ts'
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

/** The conversation that a trajectory's last node ends, as text: sampled ids are of whichever tokenizer sampled them. */
function trajectoryRecord(value: JsonObject): ChatRecord {
  const { nodes, tools } = readTrajectoryLine(value, 'the trajectory')
  const messages: unknown[] = []
  for (let at = nodes.length - 1; at >= 0; ) {
    const { message, parent, meta } = nodes[at]!
    messages.unshift(meta?.weight === 0 ? { ...message, weight: 0 } : message)
    if (parent >= at) throw new UserError(`nodes[${at}].parent: ${parent} is not before it`)
    at = parent
  }
  return { ...readWeighted(messages), tools: readOpenAiTools(tools) }
}

function readWeighted(input: unknown): Pick<ChatRecord, 'messages' | 'learned'> {
  const messages = readOpenAiMessages(input)
  return { messages, learned: readOpenAiWeights(input as readonly unknown[]).map((weight) => weight !== 0) }
}

/**
 * A record of OpenAI's chat messages: `messages`, perhaps `tools`, either of them also as JSON text; or a trajectory.
 * What has `weight` 0, on the message or in its node's `meta`, is not learned.
 *
 * @throws UserError with the path of what is wrong
 */
export function readChatRecord(value: JsonObject): ChatRecord {
  if (Array.isArray(value.nodes)) return trajectoryRecord(value)
  if (value.messages === undefined || value.messages === null) throw missingKey(value, '"messages"')
  const messages = fromText(value.messages, 'messages')
  return { ...readWeighted(messages), tools: readRecordTools(value, messages) }
}

/** Tools of a record's key `tools`, behind those that its messages declare. */
export function readRecordTools(value: JsonObject, messages: unknown): ChatRecord['tools'] {
  const given = value.tools === '' ? null : fromText(value.tools, 'tools')
  return [...readOpenAiMessageTools(messages), ...readOpenAiTools(given)]
}
