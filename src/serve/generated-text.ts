import { endIds } from '../chat/end-ids.ts'
import type { GenerationRequest } from '../generate/scheduler.ts'
import { createTextStream } from '../tokenizer/text-stream.ts'
import type { AnswerUsage } from './answer.ts'
import { abortFailure } from './answer-signal.ts'
import { roomFor } from './prompt-tokens.ts'
import type { Service } from './service.ts'
import { createTextGate, type GivenText } from './text-gate.ts'

type Sampling = Omit<GenerationRequest, 'prompt' | 'maxTokens' | 'stop' | 'signal' | 'constraint'>

/** Text that goes on from a prompt, without turns or tools. */
export interface TextRequest {
  readonly prompt: readonly number[]
  readonly maxTokens: number
  readonly sampling: Sampling
  /** Texts that end it. */
  readonly stop: readonly string[]
  readonly signal: AbortSignal
}

export type TextEvent =
  | ({ readonly type: 'text' } & GivenText)
  | { readonly type: 'finish'; readonly reason: 'stop' | 'length'; readonly usage: AnswerUsage }

/**
 * Goes on from a prompt. Special tokens are left out of the text, except those of tool calls.
 *
 * @throws Failure for a prompt that is too long, and where it is aborted  @throws UserError, OverloadedError
 */
export async function* generatedText(
  { tokenizer, scheduler }: Pick<Service, 'tokenizer' | 'scheduler'>,
  { prompt, maxTokens, sampling, stop, signal }: TextRequest,
): AsyncGenerator<TextEvent, void> {
  const generation = scheduler.submit({
    ...sampling,
    prompt,
    maxTokens: roomFor(prompt.length, maxTokens, scheduler.maxTokens),
    stop: endIds(tokenizer),
    signal,
  })
  const stream = createTextStream(tokenizer, { skipSpecial: true })
  const gate = createTextGate(stop)
  let completionTokens = 0
  let isStopped = false
  for await (const token of generation) {
    completionTokens++
    const { text, tokens, stopped } = gate.push(stream.push(token.id), token)
    if (text !== '') yield { type: 'text', text, tokens }
    isStopped = stopped !== null
    if (isStopped) break
  }
  if (!isStopped) {
    if (generation.finishReason === 'aborted') throw abortFailure(signal)
    const { text, tokens, stopped } = gate.flush(stream.flush())
    isStopped = stopped !== null
    if (text !== '' || tokens.length > 0) yield { type: 'text', text, tokens }
  }
  yield {
    type: 'finish',
    reason: isStopped || generation.finishReason === 'stop' ? 'stop' : 'length',
    usage: { promptTokens: prompt.length, completionTokens, cachedTokens: generation.cachedTokens },
  }
}
