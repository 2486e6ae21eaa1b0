import { canonicalHistory } from '../chat/canonical-history.ts'
import { chatTokens } from '../chat/chat-tokens.ts'
import type { ChatMessage, ToolDeclaration } from '../chat/messages.ts'
import type { TemplateOptions } from '../chat/template.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { UserError } from '../user-error.ts'

/** A conversation to learn from. */
export interface ChatRecord {
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ToolDeclaration[]
  /** By message: whether it is learned where it is an assistant's. All are where it is missing. */
  readonly learned?: readonly boolean[]
}

/** A conversation as tokens. */
export interface ChatExample {
  readonly tokens: readonly number[]
  /** 1 for what an assistant learns: the bodies of its learned turns with their end marks; else 0. */
  readonly mask: Uint8Array
  /** UTF-8 bytes of the learned text, marks left out. */
  readonly bytes: number
}

/** How conversations are written, the same when the model is served. */
export type ChatStyle = Required<Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'>>

export interface ChatExampleOptions extends ChatStyle {
  /** Positions of a row: a conversation of one token more fits. */
  readonly sequenceLength: number
  /** What becomes of a longer one: left out, or cut behind the last assistant's turn that fits. */
  readonly tooLong: 'drop' | 'cut'
}

/** Whether each assistant's turn is learned. `canonicalHistory` moves, adds and leaves out results of tools alone. */
const learnedTurns = ({ messages, learned }: ChatRecord): readonly boolean[] =>
  messages.flatMap(({ role }, i) => (role === 'assistant' ? [learned?.[i] ?? true] : []))

export const nothingToLearn = (hasAssistant: boolean): UserError =>
  new UserError(
    hasAssistant
      ? "messages: every assistant's turn has weight 0, so there's nothing to learn from"
      : "messages: no turn of the role assistant, so there's nothing to learn from",
  )

/**
 * Renders a conversation by K2's template, up to the last assistant's turn that is learned.
 *
 * @returns null for one that is too long
 * @throws UserError for one without such a turn
 */
export function chatExample(
  tokenizer: Tokenizer,
  record: ChatRecord,
  { sequenceLength, tooLong, ...style }: ChatExampleOptions,
): ChatExample | null {
  const history = canonicalHistory(record.messages, { closeLast: false })
  const { ids, turns } = chatTokens(tokenizer, history.messages, { ...style, tools: record.tools })
  const isLearned = learnedTurns(record)
  const assistants = turns.filter(({ role }) => role === 'assistant')
  const learned = assistants.filter(({ bodyStart, end }, i) => isLearned[i] && end > bodyStart)
  const last = learned.at(-1)
  if (last === undefined) throw nothingToLearn(isLearned.includes(false))
  const isTooLong = last.end > sequenceLength + 1
  if (isTooLong && tooLong === 'drop') return null
  const fitting = learned.filter(({ end }) => end <= sequenceLength + 1)
  const length = fitting.at(-1)?.end
  if (length === undefined) return null
  const mask = new Uint8Array(length)
  let bytes = 0
  for (const { bodyStart, end } of fitting) {
    mask.fill(1, bodyStart, end)
    for (let i = bodyStart; i < end; i++) bytes += tokenizer.ranks[ids[i]!]?.length ?? 0
  }
  return { tokens: ids.slice(0, length), mask, bytes }
}
