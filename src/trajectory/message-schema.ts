import { z } from 'zod'
import type { ChatMessage, ToolCall } from '../chat/messages.ts'
import type { IdsReference } from './token-record.ts'

const bytes = z.int().min(0)

export const idsReferenceSchema = z.strictObject({ offset: bytes, length: bytes, crc32: bytes })

const callSchema = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  // A model may have written any name, none as well.
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
})

const spoken = { content: z.string(), name: z.string().optional() }

/** A message in OpenAI's form, and nothing else in it: a file of ours loses no key. */
export const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), ...spoken }),
  z.strictObject({ role: z.literal('user'), ...spoken }),
  z.strictObject({
    role: z.literal('assistant'),
    name: z.string().optional(),
    content: z.string().nullable(),
    tool_calls: z.array(callSchema).min(1).optional(),
    partial: z.literal(true).optional(),
    token_ids: idsReferenceSchema.optional(),
  }),
  z.strictObject({ role: z.literal('tool'), ...spoken, tool_call_id: z.string() }),
])

export type WireMessage = z.output<typeof messageSchema>

const readCall = ({ id, function: called }: z.output<typeof callSchema>): ToolCall => ({
  id,
  name: called.name,
  arguments: called.arguments,
})

/** The message that a file's message stands for, without sampled ids. */
export function readWireText(message: WireMessage): ChatMessage {
  const named = message.name === undefined ? {} : { name: message.name }
  if (message.role === 'tool')
    return { role: 'tool', toolCallId: message.tool_call_id, content: message.content, ...named }
  if (message.role !== 'assistant') return { role: message.role, content: message.content, ...named }
  const { content, tool_calls, partial } = message
  return {
    role: 'assistant',
    content: content ?? '',
    ...named,
    ...(tool_calls && { toolCalls: tool_calls.map(readCall) }),
    ...(partial && { partial }),
  }
}

/** The message that a file's message stands for; sampled ids are read from where they lie. */
export async function readWireMessage(
  message: WireMessage,
  idsAt: (reference: IdsReference) => Promise<readonly number[]>,
): Promise<ChatMessage> {
  const text = readWireText(message)
  if (text.role !== 'assistant' || message.role !== 'assistant' || !message.token_ids) return text
  return { ...text, tokenIds: await idsAt(message.token_ids) }
}
