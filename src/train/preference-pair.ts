import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { AssistantMessage } from '../chat/messages.ts'
import { readOpenAiMessages } from '../chat/openai-messages.ts'
import { readAs } from '../chat/read-as.ts'
import type { JsonObject } from '../data/json-objects.ts'
import { checkAnswered } from '../trajectory/check-answered.ts'
import { functionMessagesAsTools } from '../trajectory/openai-functions.ts'
import { UserError } from '../user-error.ts'
import type { ChatRecord } from './chat-example.ts'
import { missingKey, readRecordChat } from './chat-record.ts'

/** A conversation with two answers to it. */
export interface PreferencePair extends ChatRecord {
  readonly chosen: AssistantMessage
  readonly rejected: AssistantMessage
  /** What to judge by, most important first. */
  readonly criteria?: readonly string[]
}

/** JSON text, or text that is itself what was said. */
function listOrText(given: unknown): unknown {
  if (typeof given !== 'string' || !/^\s*[[{]/.test(given)) return given
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}

/** An answer and what stands before it where the record repeats the conversation in both. */
function readAnswer(given: unknown, where: string): { context: unknown[]; answer: AssistantMessage } {
  const value = listOrText(given)
  if (typeof value === 'string') return { context: [], answer: { role: 'assistant', content: value } }
  const items = Array.isArray(value) ? (value as unknown[]) : [value]
  const answer = readOpenAiMessages(functionMessagesAsTools(items, where), where).at(-1)
  if (answer?.role !== 'assistant')
    throw new UserError(`${where}: expected text, an assistant's message, or a list that ends with one`)
  return { context: items.slice(0, -1), answer }
}

/** The conversation where it stands apart: `messages` or `prompt`, a list or the user's text. */
function givenContext(value: JsonObject): unknown {
  const key = value.messages === undefined || value.messages === null ? 'prompt' : 'messages'
  const given = listOrText(value[key])
  return typeof given === 'string' ? [{ role: 'user', content: given }] : (given ?? null)
}

const criteriaSchema = z.array(z.string()).nullish()

/**
 * A record of two answers: `messages` (or TRL's `prompt`), `chosen`, `rejected`, perhaps `tools`, and `criteria`, texts
 * to judge by. Without a prompt, `chosen` and `rejected` are whole conversations that differ in their last message.
 *
 * @throws UserError with the path of what is wrong, and for answers to different conversations
 */
export function readPreferencePair(value: JsonObject): PreferencePair {
  for (const key of ['chosen', 'rejected'])
    if (value[key] === undefined || value[key] === null) throw missingKey(value, JSON.stringify(key))
  const answers = {
    chosen: readAnswer(value.chosen, 'chosen'),
    rejected: readAnswer(value.rejected, 'rejected'),
  }
  const given = givenContext(value)
  if (given === null && answers.chosen.context.length === 0) throw missingKey(value, '"messages" or "prompt"')
  const { messages, tools } =
    given === null ? readRecordChat(value, answers.chosen.context, 'chosen') : readRecordChat(value, given)
  for (const [key, { context }] of Object.entries(answers)) {
    if (given !== null && context.length === 0) continue
    const own = context.length === 0 ? null : readRecordChat(value, context, key)
    if (!isDeepStrictEqual([own?.messages, own?.tools], [messages, tools]))
      throw new UserError(
        `${key}: it goes on with another conversation than ${given === null ? 'chosen' : 'the one that is given'}; both answers must be to the same one`,
      )
  }
  checkAnswered([...messages, answers.chosen.answer])
  const criteria = readAs(criteriaSchema, listOrText(value.criteria), 'criteria')
  return {
    messages,
    tools,
    chosen: answers.chosen.answer,
    rejected: answers.rejected.answer,
    ...(criteria && { criteria }),
  }
}
