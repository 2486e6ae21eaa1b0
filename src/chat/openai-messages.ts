import { z } from 'zod'
import { UserError } from '../user-error.ts'
import type { AssistantMessage, ChatMessage, ToolCall } from './messages.ts'
import { checkNesting } from './nesting.ts'
import { readAs, readList } from './read-as.ts'
import { type PartReader, partText, textContent, unreadablePart } from './text-content.ts'

const headerSchema = z.looseObject({ role: z.string(), name: z.string().nullish() })

const toolSchema = z.looseObject({ tool_call_id: z.string() })

const assistantSchema = z.looseObject({
  tool_calls: z.array(z.unknown()).nullish(),
  partial: z.boolean().nullish(),
})

const callSchema = z.looseObject({
  id: z.string(),
  type: z.literal('function').nullish(),
  function: z.looseObject({ name: z.string().min(1), arguments: z.unknown().optional() }),
})

const readPart: PartReader = (part, where) => {
  if (part.type === 'text') return partText(part, 'text', where)
  if (part.type === 'refusal') return partText(part, 'refusal', where)
  throw unreadablePart(part.type, where)
}

/** Some clients send the arguments as an object. */
const argumentsText = (given: unknown): string =>
  typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given)

function readCall(input: unknown, where: string): ToolCall {
  const { id, function: called } = readAs(callSchema, input, where)
  return { id, name: called.name, arguments: argumentsText(called.arguments) }
}

type Fields = { readonly content?: unknown; readonly tools?: unknown }
type Named = { readonly name?: string }

function readAssistant(input: Fields, named: Named, where: string, isLast: boolean): AssistantMessage {
  const { tool_calls, partial } = readAs(assistantSchema, input, where)
  const content = textContent(input.content ?? null, `${where}.content`, readPart)
  const toolCalls = readList(tool_calls ?? [], `${where}.tool_calls`, readCall)
  if (partial && !isLast)
    throw new UserError(`${where}.partial: only the last message can be partial; leave the key out`)
  if (partial && toolCalls.length > 0)
    throw new UserError(`${where}.partial: a message with tool calls cannot be partial`)
  return {
    role: 'assistant',
    content,
    ...named,
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(partial && { partial }),
  }
}

type Reader = (input: Fields, named: Named, where: string, isLast: boolean) => ChatMessage

const readSystem: Reader = (input, named, where) => ({
  role: 'system',
  content: textContent(input.content, `${where}.content`, readPart),
  ...named,
})

const readers: Readonly<Record<string, Reader>> = {
  system: readSystem,
  developer: readSystem,
  _input: readSystem,
  user: (input, named, where) => ({
    role: 'user',
    content: textContent(input.content, `${where}.content`, readPart),
    ...named,
  }),
  assistant: readAssistant,
  tool: (input, named, where) => ({
    role: 'tool',
    toolCallId: readAs(toolSchema, input, where).tool_call_id,
    content: textContent(input.content, `${where}.content`, readPart),
    ...named,
  }),
}

/** Whether a message has no text of its own, only tools that it declares: it is none of the conversation. */
export function onlyDeclaresTools(input: unknown): boolean {
  const { role, tools, content } = input as Fields & { readonly role?: unknown }
  const isSystem = typeof role === 'string' && Object.hasOwn(readers, role) && readers[role] === readSystem
  return isSystem && Boolean(tools) && (content ?? '') === ''
}

function readMessage(input: unknown, where: string, isLast: boolean): ChatMessage | undefined {
  const { role, name } = readAs(headerSchema, input, where)
  if (!Object.hasOwn(readers, role))
    throw new UserError(
      `${where}.role: expected "system", "developer", "user", "assistant" or "tool", got ${JSON.stringify(role.slice(0, 60))}`,
    )
  if (onlyDeclaresTools(input)) return undefined
  return readers[role]!(input as Fields, name ? { name } : {}, where, isLast)
}

/**
 * Messages of OpenAI's chat completions. The roles `developer` and `_input` are `system`; parts of text are joined;
 * unknown keys are passed over. Ids of calls stay as they are: `canonicalHistory` puts them in order.
 *
 * @param where path of the list in the request
 * @throws UserError with the path of what is wrong
 */
export function readOpenAiMessages(input: unknown, where = 'messages'): ChatMessage[] {
  checkNesting(input, where)
  const items = readAs(z.array(z.unknown()).min(1), input, where)
  return readList(items, where, (item, at, i) => readMessage(item, at, i === items.length - 1)).filter(
    (message) => message !== undefined,
  )
}
