import type { ChatTokens } from '../chat/chat-tokens.ts'
import type { ChatMessage, ToolCall } from '../chat/messages.ts'
import type { DrawnToken } from '../generate/scheduler.ts'
import type { AnswerFinish, AnswerRequest } from './answer.ts'
import type { AnswerPart, AnswerParts } from './answer-parts.ts'

/** How an answer ended; `detail` says in words why it did not come to an end of its own. */
export type AnswerEnd =
  | { readonly reason: Exclude<AnswerFinish, 'aborted'>; readonly stopSequence: string | null }
  | { readonly reason: 'aborted' | 'failed'; readonly detail: string }

/** What an answer came from. */
export interface AnswerOrigin {
  readonly request: AnswerRequest
  /** As the model was given them: ids of calls renumbered, results beside their calls. */
  readonly messages: readonly ChatMessage[]
  readonly prompt: ChatTokens
}

/** An answer that ended, whichever way. */
export interface GeneratedAnswer extends AnswerOrigin {
  /** What was sampled, with the token that ended it if one did. At least one. */
  readonly tokens: readonly DrawnToken[]
  /** As it was given out. */
  readonly content: string
  /** Those that were finished. */
  readonly toolCalls: readonly ToolCall[]
  readonly end: AnswerEnd
  readonly began: Date
  readonly seconds: number
}

/** Takes answers as they end. It must not throw, and nobody waits for it. */
export type OnAnswer = (answer: GeneratedAnswer) => void

/** Gathers an answer while it is given out. */
export interface AnswerRecord {
  readonly tokens: DrawnToken[]
  /** Takes parts that are about to be given out. */
  given(parts: readonly AnswerPart[]): readonly AnswerPart[]
  /** Hands the answer on, unless it was already or has no token. What the parts still hold back belongs to it. */
  end(end: AnswerEnd): void
}

export function createAnswerRecord(
  origin: AnswerOrigin,
  parts: AnswerParts,
  onAnswer: OnAnswer,
): AnswerRecord {
  const began = new Date()
  const start = performance.now()
  const tokens: DrawnToken[] = []
  const texts: string[] = []
  let isOver = false
  const given = (more: readonly AnswerPart[]): readonly AnswerPart[] => {
    for (const part of more) if (part.type === 'text') texts.push(part.text)
    return more
  }
  return {
    tokens,
    given,
    end(end) {
      if (isOver) return
      isOver = true
      if (tokens.length === 0) return
      const { parts: held, toolCalls } = parts.finish()
      given(held)
      const seconds = (performance.now() - start) / 1000
      onAnswer({ ...origin, tokens, content: texts.join(''), toolCalls, end, began, seconds })
    },
  }
}
