import { type AnswerDelta, toolMarks } from '../chat/answer-parser.ts'
import { markIds } from '../chat/marks.ts'
import type { ToolCall } from '../chat/messages.ts'
import { createTokenAnswerParser } from '../chat/token-answer-parser.ts'
import type { GeneratedToken } from '../generate/scheduler.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import type { AnswerEvent } from './answer.ts'
import { createTextGate } from './text-gate.ts'

/** What an answer consists of, before its finish. */
export type AnswerPart = Exclude<AnswerEvent, { readonly type: 'finish' }>

export interface PartsOptions {
  readonly toolNames: readonly string[]
  readonly firstCallIndex: number
  /** Texts that end the answer; what stands in calls is not looked at. */
  readonly stop: readonly string[]
}

/** Turns tokens into an answer's parts. */
export interface AnswerParts {
  push(token: GeneratedToken): readonly AnswerPart[]
  /** What was held back. */
  finish(): {
    readonly parts: readonly AnswerPart[]
    /** Those that were finished. */
    readonly toolCalls: readonly ToolCall[]
    readonly isCut: boolean
  }
  /** The stop text that came: nothing after it is part of the answer. */
  readonly stopped: string | null
}

const isCallDelta = (delta: AnswerDelta) => delta.type !== 'text'

const textOf = (deltas: readonly AnswerDelta[]): string =>
  deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')

/** Parses an answer's tokens and looks for stop texts. */
export function createAnswerParts(
  tokenizer: Tokenizer,
  { toolNames, firstCallIndex, stop }: PartsOptions,
): AnswerParts {
  const parser = createTokenAnswerParser(tokenizer, { toolNames, firstCallIndex })
  const gate = createTextGate(stop)
  const ids = markIds(tokenizer)
  const callMarks = new Set(toolMarks.map((mark) => ids[mark]))
  let isInCalls = false
  let stopped: string | null = null

  const textPart = (given: ReturnType<typeof gate.flush>): readonly AnswerPart[] => {
    stopped = given.stopped
    return given.text === '' ? [] : [{ type: 'text', text: given.text, tokens: given.tokens }]
  }
  /** Text that was waiting for the end of a character or of a stop text, which a call keeps from coming. */
  const settled = (deltas: readonly AnswerDelta[]): readonly AnswerPart[] => {
    const text = textPart(gate.flush(textOf(deltas)))
    return stopped === null ? [...text, ...(deltas.filter(isCallDelta) as AnswerPart[])] : text
  }
  return {
    get stopped() {
      return stopped
    },
    push(token) {
      const deltas = parser.push(token.id)
      const isMark = callMarks.has(token.id)
      if (isMark) isInCalls = token.id !== ids.sectionEnd
      return isMark || isInCalls ? settled(deltas) : textPart(gate.push(textOf(deltas), token))
    },
    finish() {
      const { deltas, toolCalls, isCut } = parser.finish()
      return { parts: stopped === null ? settled(deltas) : [], toolCalls, isCut }
    },
  }
}
