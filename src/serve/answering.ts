import { canonicalHistory } from '../chat/canonical-history.ts'
import { endIds } from '../chat/end-ids.ts'
import type { AnswerEvent, AnswerFinish, AnswerRequest } from './answer.ts'
import type { Constrain } from './answer-constraint.ts'
import { createAnswerParts } from './answer-parts.ts'
import { abortFailure } from './answer-signal.ts'
import { createAnswerRecord, type OnAnswer } from './generated-answer.ts'
import { type PromptTokens, roomFor } from './prompt-tokens.ts'
import type { Service } from './service.ts'

export interface Answering extends Pick<Service, 'tokenizer' | 'scheduler'> {
  readonly promptTokens: PromptTokens
  readonly constrain: Constrain
  readonly onAnswer: OnAnswer
}

/** Calls make the reason, unless one of them was cut. */
function finishReason(
  ended: 'stop' | 'length' | 'aborted',
  { toolCalls, isCut }: { readonly toolCalls: readonly unknown[]; readonly isCut: boolean },
): AnswerFinish {
  if (ended === 'aborted') return 'aborted'
  if (isCut) return 'length'
  return toolCalls.length > 0 ? 'tool_calls' : ended
}

/** As `Service.answer`. Leaving the iteration early aborts the generation. */
export async function* answerEvents(
  { tokenizer, scheduler, promptTokens, constrain, onAnswer }: Answering,
  request: AnswerRequest,
): AsyncGenerator<AnswerEvent, void> {
  const { tools, maxTokens, topLogProbs, stop, signal } = request
  const { messages, callCount: firstCallIndex } = canonicalHistory(request.messages)
  const prompt = promptTokens(messages, tools)
  const room = roomFor(prompt.ids.length, maxTokens, scheduler.maxTokens)
  const constraint = constrain(request, firstCallIndex)
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, logitBias, seed } = request
  const sampling = { temperature, topP, topK, frequencyPenalty, presencePenalty, logitBias, seed }
  const generation = scheduler.submit({
    ...sampling,
    prompt: prompt.ids,
    maxTokens: room,
    stop: endIds(tokenizer),
    topLogProbs: topLogProbs ?? 0,
    signal,
    ...(constraint && { constraint }),
  })
  const parts = createAnswerParts(tokenizer, {
    toolNames: tools.map((tool) => tool.function.name),
    firstCallIndex,
    stop,
  })
  const record = createAnswerRecord({ request, messages, prompt }, parts, onAnswer)
  try {
    for await (const token of generation) {
      record.tokens.push(token)
      yield* record.given(parts.push(token))
      if (parts.stopped !== null) break
    }
    const completionTokens = record.tokens.length
    const isStoppedEarly = parts.stopped !== null
    if (!isStoppedEarly && generation.stopToken !== undefined) record.tokens.push(generation.stopToken)
    const end = parts.finish()
    yield* record.given(end.parts)
    const ended = isStoppedEarly || parts.stopped !== null ? 'stop' : (generation.finishReason ?? 'stop')
    const reason = finishReason(ended, end)
    const stopSequence = parts.stopped
    if (reason !== 'aborted') record.end({ reason, stopSequence })
    yield {
      type: 'finish',
      reason,
      stopSequence,
      usage: { promptTokens: prompt.ids.length, completionTokens, cachedTokens: generation.cachedTokens },
    }
  } catch (error) {
    record.end({ reason: 'failed', detail: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    record.end({ reason: 'aborted', detail: abortFailure(signal).message })
  }
}
