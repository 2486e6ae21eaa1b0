import type { AssistantMessage } from '../chat/messages.ts'
import { readOpenAiMessages } from '../chat/openai-messages.ts'
import type { JsonObject } from '../data/json-objects.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { UserError } from '../user-error.ts'
import { type ChatExample, type ChatExampleOptions, type ChatRecord, chatExample } from './chat-example.ts'
import { fromText, missingKey, readRecordTools } from './chat-record.ts'
import { judgingConversation, verdicts } from './judging-conversation.ts'

/** A conversation with two answers to it. */
export interface PreferencePair extends ChatRecord {
  readonly chosen: AssistantMessage
  readonly rejected: AssistantMessage
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
  const answer = readOpenAiMessages(items, where).at(-1)
  if (answer?.role !== 'assistant')
    throw new UserError(`${where}: expected text, an assistant's message, or a list that ends with one`)
  return { context: items.slice(0, -1), answer }
}

/** The conversation: `messages` or `prompt`, a list or the user's text; else what both answers begin with. */
function contextOf(value: JsonObject, inAnswer: unknown[]): unknown[] {
  const key = value.messages === undefined || value.messages === null ? 'prompt' : 'messages'
  const given = value[key]
  if (given === undefined || given === null) {
    if (inAnswer.length === 0) throw missingKey(value, '"messages" or "prompt"')
    return inAnswer
  }
  const found = listOrText(given)
  if (typeof found === 'string') return [{ role: 'user', content: found }]
  return fromText(found, key) as unknown[]
}

/**
 * A record of two answers: `messages` (or TRL's `prompt`), `chosen`, `rejected`, perhaps `tools`. Without a prompt,
 * `chosen` and `rejected` are whole conversations that differ in their last message.
 *
 * @throws UserError with the path of what is wrong
 */
export function readPreferencePair(value: JsonObject): PreferencePair {
  for (const key of ['chosen', 'rejected'])
    if (value[key] === undefined || value[key] === null) throw missingKey(value, JSON.stringify(key))
  const chosen = readAnswer(value.chosen, 'chosen')
  const rejected = readAnswer(value.rejected, 'rejected')
  const messages = contextOf(value, chosen.context)
  return {
    messages: readOpenAiMessages(messages),
    tools: readRecordTools(value, messages),
    chosen: chosen.answer,
    rejected: rejected.answer,
  }
}

/**
 * A pair as judging conversations in both orders, the verdict learned: first the one whose better answer is A. A judge
 * that goes by the place alone gets one of them wrong.
 *
 * @returns null where they are too long
 */
export function pairExamples(
  tokenizer: Tokenizer,
  { chosen, rejected, ...context }: PreferencePair,
  options: ChatExampleOptions,
): readonly [ChatExample, ChatExample] | null {
  const example = (answers: readonly [AssistantMessage, AssistantMessage], verdict: string) =>
    chatExample(
      tokenizer,
      {
        messages: [...judgingConversation(context, answers), { role: 'assistant', content: verdict }],
        tools: [],
      },
      options,
    )
  const first = example([chosen, rejected], verdicts[0])
  const second = example([rejected, chosen], verdicts[1])
  return first === null || second === null ? null : [first, second]
}
