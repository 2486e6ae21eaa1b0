import { canonicalHistory } from '../chat/canonical-history.ts'
import { endIds } from '../chat/end-ids.ts'
import type { AnswerEvent, AnswerFinish, AnswerRequest } from './answer.ts'
import type { Constrain } from './answer-constraint.ts'
import { createAnswerParts } from './answer-parts.ts'
import { type PromptTokens, roomFor } from './prompt-tokens.ts'
import type { Service } from './service.ts'

export interface Answering extends Pick<Service, 'tokenizer' | 'scheduler'> {
  readonly promptTokens: PromptTokens
  readonly constrain: Constrain
}

/** Calls make the reason, unless one of them was cut. */
function finishReason(
  ended: 'stop' | 'length' | 'aborted',
  { callCount, isCut }: { readonly callCount: number; readonly isCut: boolean },
): AnswerFinish {
  if (ended === 'aborted') return 'aborted'
  if (isCut) return 'length'
  return callCount > 0 ? 'tool_calls' : ended
}

/** As `Service.answer`. Leaving the iteration early aborts the generation. */
export async function* answerEvents(
  { tokenizer, scheduler, promptTokens, constrain }: Answering,
  request: AnswerRequest,
): AsyncGenerator<AnswerEvent, void> {
  const { tools, maxTokens, topLogProbs, stop, signal } = request
  const { messages, callCount: firstCallIndex } = canonicalHistory(request.messages)
  const prompt = promptTokens(messages, tools)
  const room = roomFor(prompt.length, maxTokens, scheduler.maxTokens)
  const constraint = constrain(request, firstCallIndex)
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, logitBias, seed } = request
  const sampling = { temperature, topP, topK, frequencyPenalty, presencePenalty, logitBias, seed }
  const generation = scheduler.submit({
    ...sampling,
    prompt,
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
  let completionTokens = 0
  for await (const token of generation) {
    completionTokens++
    yield* parts.push(token)
    if (parts.stopped !== null) break
  }
  const isStoppedEarly = parts.stopped !== null
  const end = parts.finish()
  yield* end.parts
  const ended = isStoppedEarly || parts.stopped !== null ? 'stop' : (generation.finishReason ?? 'stop')
  yield {
    type: 'finish',
    reason: finishReason(ended, end),
    stopSequence: parts.stopped,
    usage: { promptTokens: prompt.length, completionTokens, cachedTokens: generation.cachedTokens },
  }
}
