import { z } from 'zod'
import { canonicalHistory } from '../chat/canonical-history.ts'
import type { ToolDeclaration } from '../chat/messages.ts'
import { type OpenAiMessage, writeOpenAiMessage } from '../chat/write-openai-messages.ts'
import { digestOf } from '../files/digest.ts'
import { readJsonLines } from '../files/json-lines.ts'
import { parseAs } from '../schema-error.ts'
import { atPlace } from './error-place.ts'
import { pathTo } from './path-to.ts'
import { type ReadChat, readOpenAiChat } from './read-openai-chat.ts'
import type { Trajectory, TrajectoryNode } from './trajectory.ts'

/** A line of chat JSONL. */
export interface OpenAiChat {
  /** `weight` 0: an assistant's message that is not learned from. */
  readonly messages: readonly (OpenAiMessage & { readonly weight?: 0 | 1 })[]
  readonly tools?: readonly ToolDeclaration[]
}

export interface FromOpenAiOptions {
  /** Begins messages of what is wrong: file and line. Default `chat`. */
  readonly where?: string
  /** Name of the set that the chat is of. Default `openai`. */
  readonly set?: string
  /** Leave the ids of calls as they are. Without it they are made K2's, `functions.{name}:{n}`. */
  readonly keepIds?: boolean
}

const chatSchema = z.looseObject({
  id: z.string().optional(),
  messages: z.array(z.unknown()).min(1),
  tools: z.array(z.unknown()).nullish(),
  functions: z.array(z.unknown()).nullish(),
})

function chatNodes({ messages, weights }: ReadChat, keepIds: boolean): TrajectoryNode[] {
  const own = keepIds ? messages : canonicalHistory(messages, { closeLast: false }).messages
  // Some results may be missing at the very end, where nothing follows them.
  return own.slice(0, messages.length).map((message, i) => ({
    parent: i - 1,
    author: message.role,
    message,
    ...(typeof weights[i] === 'number' && { meta: { weight: weights[i] } }),
  }))
}

/**
 * A line of OpenAI's chat JSONL, `{messages, tools}`, as a trajectory. The older `functions` and `function_call` become
 * tools and calls; keys that are unknown are passed over. A message's `weight` is kept in its node's `meta`.
 *
 * @throws UserError with place and path of what is wrong
 */
export function fromOpenAiChat(line: unknown, options: FromOpenAiOptions = {}): Trajectory {
  const { where = 'chat', set = 'openai', keepIds = false } = options
  const chat = parseAs(chatSchema, line, where)
  return atPlace(where, () => {
    const read = readOpenAiChat(chat)
    const { tools } = read
    const nodes = chatNodes(read, keepIds)
    const content = digestOf({ nodes, tools })
    const id = chat.id ?? content
    return { version: 1, id, task: { set, id, digest: content }, seed: 0, models: {}, tools, nodes }
  })
}

/** The chats of a JSONL file in order, one at a time in memory. @throws UserError with file, line and path */
export async function* readOpenAiChats(
  path: string,
  options: Omit<FromOpenAiOptions, 'where'> = {},
): AsyncGenerator<Trajectory> {
  for await (const { line, value } of readJsonLines(path))
    yield fromOpenAiChat(value, { ...options, where: `${path}:${line}` })
}

/** The conversation that ends in a node (default the last) as a line of OpenAI's chat JSONL. */
export function toOpenAiChat(trajectory: Trajectory, leaf = trajectory.nodes.length - 1): OpenAiChat {
  const messages = pathTo(trajectory, leaf).map(({ message, meta }) => ({
    ...writeOpenAiMessage(message),
    ...((meta?.weight === 0 || meta?.weight === 1) && { weight: meta.weight as 0 | 1 }),
  }))
  return { messages, ...(trajectory.tools.length > 0 && { tools: trajectory.tools }) }
}
