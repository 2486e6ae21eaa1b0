import { type ChatTokens, turnTokens } from '../chat/chat-tokens.ts'
import type { ChatMessage, ToolDeclaration } from '../chat/messages.ts'
import type { Piece } from '../chat/pieces.ts'
import { type TemplateOptions, templateTurns } from '../chat/template.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { Failure } from './failure.ts'

const longestTokens = new WeakMap<Tokenizer, number>()

/** Bytes of the longest token. */
function longestToken(tokenizer: Tokenizer): number {
  const known = longestTokens.get(tokenizer)
  if (known !== undefined) return known
  const longest = tokenizer.ranks.reduce((most, { length }) => Math.max(most, length), 1)
  longestTokens.set(tokenizer, longest)
  return longest
}

const tooLong = (tokens: string, most: number): Failure =>
  new Failure({
    status: 400,
    message: `this model's maximum context length is ${most} tokens, but the prompt has ${tokens}, and the answer needs one at least: shorten the prompt (tools are part of it)`,
    code: 'context_length_exceeded',
  })

/**
 * Most tokens that an answer can have.
 *
 * @param most tokens of a prompt and its answer together
 * @throws Failure 400 where there is no room for one
 */
export function roomFor(promptTokens: number, wanted: number | null, most: number): number {
  const room = most - promptTokens
  if (room < 1) throw tooLong(String(promptTokens), most)
  return Math.min(wanted ?? room, room)
}

/** What is too long by less is encoded, so that the refusal can say by how much. */
const farTooLong = 4

/** Refuses what is far too long whatever its tokens are, so that megabytes are not encoded for nothing. */
function checkLeast(least: number, most: number): void {
  if (least >= farTooLong * most) throw tooLong(`at least ${least}`, most)
}

/** Fewest tokens that a text can have. */
const leastTokens = (text: string, tokenizer: Tokenizer): number =>
  Math.ceil(text.length / longestToken(tokenizer))

/** @throws Failure 400 for text that has far too many tokens in any case */
export const checkTextLength = (text: string, tokenizer: Tokenizer, most: number): void =>
  checkLeast(leastTokens(text, tokenizer), most)

const leastOfPiece = (piece: Piece, tokenizer: Tokenizer): number => {
  if ('mark' in piece) return 1
  return 'text' in piece ? leastTokens(piece.text, tokenizer) : piece.tokenIds.length
}

/** The prompt that a conversation and its tools make. */
export type PromptTokens = (messages: readonly ChatMessage[], tools: readonly ToolDeclaration[]) => ChatTokens

/**
 * Conversations as prompts, with an assistant's turn begun.
 *
 * @param most tokens that a prompt can have
 */
export const promptTokensOf =
  (
    tokenizer: Tokenizer,
    most: number,
    template: Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'> = {},
  ): PromptTokens =>
  (messages, tools) => {
    const turns = templateTurns(messages, { ...template, tools, addGenerationPrompt: true })
    let least = 0
    for (const { header, body } of turns)
      for (const piece of [...header, ...body]) least += leastOfPiece(piece, tokenizer)
    checkLeast(least, most)
    return turnTokens(tokenizer, turns)
  }
