import { chatTokens } from '../chat/chat-tokens.ts'
import type { TokenGenerator } from '../generate/generate.ts'
import type { SamplingOptions } from '../generate/sampler.ts'
import { createTextStream } from '../tokenizer/text-stream.ts'
import { UserError } from '../user-error.ts'
import type { TrainedModel } from './load-trained-model.ts'

export interface WritingOptions extends SamplingOptions {
  /** As many as fit, up to 256, where it is left out. */
  readonly maxTokens?: number
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface WrittenText {
  readonly prompt: string
  readonly text: string
  /** Token ids of the text, without the one that ended it. */
  readonly ids: readonly number[]
  readonly promptTokens: number
  /** Until the first token: the prompt's pass, and compiling where it was the first. */
  readonly promptSeconds: number
  /** After the first token; null for fewer than two. */
  readonly tokensPerSecond: number | null
}

const usualLength = 256

/** Tokens that end a text: of a document, and of a turn. */
const endNames = ['[EOS]', '<|im_end|>']

type Writer = Pick<TrainedModel, 'tokenizer' | 'config' | 'directory'>

/**
 * Goes on from a prompt, which begins a document: training puts the end-of-document token before each one.
 *
 * @param onText gets the text piece by piece
 */
export async function writeText(
  generator: TokenGenerator,
  model: Writer,
  prompt: string,
  options: WritingOptions,
  onText?: (piece: string) => void,
): Promise<WrittenText> {
  const { tokenizer, directory } = model
  const start = tokenizer.specials.get('[EOS]')
  if (start === undefined)
    throw new UserError(`${directory}: the tokenizer has no [EOS] to begin a text with`)
  return writeFrom(generator, model, [start, ...tokenizer.encode(prompt)], { ...options, prompt }, onText)
}

/** Answers a user's message by K2's template, in the style that the model was trained in; no longer than there is room. */
export async function writeAnswer(
  generator: TokenGenerator,
  model: Writer & Pick<TrainedModel, 'style'>,
  question: string,
  { maxTokens = usualLength, ...options }: WritingOptions,
): Promise<WrittenText> {
  const { ids } = chatTokens(model.tokenizer, [{ role: 'user', content: question }], {
    ...model.style,
    addGenerationPrompt: true,
  })
  const room = model.config.maxPositionEmbeddings - ids.length
  const length = Math.max(1, Math.min(maxTokens, room))
  return writeFrom(generator, model, ids, { ...options, prompt: question, maxTokens: length })
}

async function writeFrom(
  generator: TokenGenerator,
  { tokenizer, config }: Writer,
  ids: readonly number[],
  { maxTokens, signal, prompt, ...sampling }: WritingOptions & { readonly prompt: string },
  onText: (piece: string) => void = () => undefined,
): Promise<WrittenText> {
  const room = config.maxPositionEmbeddings - ids.length
  const stream = createTextStream(tokenizer, { skipSpecial: true })
  const began = performance.now()
  let first = began
  let text = ''
  const written: number[] = []
  const emit = (piece: string): void => {
    text += piece
    if (piece !== '') onText(piece)
  }
  for await (const id of generator.generate({
    ...sampling,
    ...(signal && { signal }),
    prompt: ids,
    maxTokens: maxTokens ?? Math.max(1, Math.min(usualLength, room)),
    vocabSize: tokenizer.vocabSize,
    stop: endNames.flatMap((name) => tokenizer.specials.get(name) ?? []),
  })) {
    if (written.length === 0) first = performance.now()
    written.push(id)
    emit(stream.push(id))
  }
  emit(stream.flush())
  const seconds = (performance.now() - first) / 1000
  return {
    prompt,
    text,
    ids: written,
    promptTokens: ids.length,
    promptSeconds: (first - began) / 1000,
    tokensPerSecond: written.length < 2 ? null : (written.length - 1) / seconds,
  }
}
