import { z } from 'zod'
import { canonicalId } from '../chat/call-ids.ts'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'

/** Functions, as chats had them before there were tools. */

type Message = Readonly<Record<string, unknown>>

const callSchema = z.looseObject({ name: z.string().min(1), arguments: z.unknown().optional() })

const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `functions` as `tools`. */
export const functionsAsTools = (functions: readonly unknown[]): readonly unknown[] =>
  functions.map((declared) => ({ type: 'function', function: declared }))

/**
 * Messages with `function_call` and of the role `function` as messages with tool calls and their results. A result
 * belongs to the call before it.
 *
 * @param path of the list
 * @throws UserError with the path of a result that follows no call of its name
 */
export function functionMessagesAsTools(messages: readonly unknown[], path = 'messages'): readonly unknown[] {
  let count = 0
  let open: { readonly id: string; readonly name: string } | undefined

  const call = (message: Message, where: string): Message => {
    const { function_call: given, ...rest } = message
    if (given === undefined || given === null) return message
    if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0)
      throw new UserError(`${where}: it has both function_call and tool_calls; keep one of them`)
    const called = parseAs(callSchema, given, `${where}.function_call`)
    open = { id: canonicalId({ name: called.name, index: count++ }), name: called.name }
    return { ...rest, tool_calls: [{ id: open.id, type: 'function', function: called }] }
  }

  const result = (message: Message, where: string): Message => {
    const { name, ...rest } = message
    if (open === undefined || name !== open.name)
      throw new UserError(
        `${where}: the result of ${JSON.stringify(name) ?? 'a function without a name'} follows no call of it`,
      )
    const { id } = open
    open = undefined
    return { ...rest, role: 'tool', tool_call_id: id }
  }

  return messages.map((message, i) => {
    if (!isObject(message)) return message
    if (message.role === 'function') return result(message, `${path}[${i}]`)
    return message.role === 'assistant' ? call(message, `${path}[${i}]`) : message
  })
}
