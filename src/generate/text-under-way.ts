import { uniform } from '../tensor/random.ts'
import { alternativesOf, chooseToken } from './choose-token.ts'
import { createItemQueue, type ItemQueue } from './item-queue.ts'
import type { BlockRow, NextTokens } from './paged-model.ts'
import type { DrawnToken, FinishReason, GeneratedToken, Generation, GenerationRequest } from './scheduler.ts'

/** A request with what the scheduler knows of it. */
export interface TextUnderWay {
  readonly request: GenerationRequest
  /** Prompt and generated tokens. */
  readonly ids: number[]
  /** Pages of the first `kept` tokens, and room for the next ones. */
  readonly pages: number[]
  readonly counts: Map<number, number>
  readonly queue: ItemQueue<GeneratedToken>
  /** Tokens whose latents are kept. */
  kept: number
  cached: number
  finish: FinishReason | undefined
  stopToken: DrawnToken | undefined
}

export const newText = (request: GenerationRequest): TextUnderWay => ({
  request,
  ids: [...request.prompt],
  pages: [],
  counts: new Map(),
  queue: createItemQueue(),
  kept: 0,
  cached: 0,
  finish: undefined,
  stopToken: undefined,
})

export const isUnderWay = ({ finish }: TextUnderWay): boolean => finish === undefined

/** Whether all before its last token is kept, so that its next step gives a token. */
export const isDecoding = ({ kept, ids }: TextUnderWay): boolean => kept === ids.length - 1

const generatedCount = ({ ids, request }: TextUnderWay): number => ids.length - request.prompt.length

/**
 * The next block, which ends where all texts' blocks of `longest` tokens end. The constraint is asked when it ends with the
 * last token.
 */
export function nextBlock(text: TextUnderWay, longest: number): BlockRow {
  const { ids, kept, pages, request } = text
  const { temperature = 1, constraint, maxTokens } = request
  const end = Math.min(ids.length, (Math.floor(kept / longest) + 1) * longest)
  return {
    ids: ids.slice(kept, end),
    position: kept,
    pages,
    temperature: temperature === 0 ? 1 : temperature,
    allowed: end === ids.length ? constraint?.allowed(maxTokens - generatedCount(text)) : undefined,
  }
}

const leavesNothing = (allowed: Uint32Array | undefined): boolean =>
  allowed?.every((word) => word === 0) ?? false

/** The logit of a token, which is among the ranked ones nearly always. */
async function logitOf(next: NextTokens, row: number, id: number): Promise<number> {
  const { ids, logits } = next.ranking(row)
  const place = Array.prototype.indexOf.call(ids, id)
  return place >= 0 ? logits[place]! : (await next.logits(row))[id]!
}

/**
 * Draws the next token and gives it out.
 *
 * @param allowed what the constraint said  @param vocabSize only ids below it are drawn
 * @returns why the text ends with it, if it does
 * @throws UserError where logits are not numbers
 */
export async function takeToken(
  text: TextUnderWay,
  next: NextTokens,
  row: number,
  allowed: Uint32Array | undefined,
  vocabSize: number,
  weightVersion: number,
): Promise<FinishReason | undefined> {
  const { request, ids, counts } = text
  if (leavesNothing(allowed)) return 'stop'
  const count = generatedCount(text)
  const u = uniform(request.seed ?? 0, count)
  const id = await chooseToken(next, row, request, counts, vocabSize, allowed, u)
  request.constraint?.accept(id)
  const logProb = (await logitOf(next, row, id)) - next.logSumExp(row)
  if (request.stop?.includes(id)) {
    if (isUnderWay(text)) text.stopToken = { id, logProb, weightVersion }
    return 'stop'
  }
  const alternatives = await alternativesOf(next, row, request.topLogProbs ?? 0)
  if (!isUnderWay(text)) return undefined
  ids.push(id)
  counts.set(id, (counts.get(id) ?? 0) + 1)
  text.queue.push({ id, logProb, alternatives, weightVersion })
  return count + 1 === request.maxTokens ? 'length' : undefined
}

/** What whoever asked holds of it; `abort` takes the text out of the scheduler. */
export const generationOf = (text: TextUnderWay, abort: () => void): Generation => ({
  get cachedTokens() {
    return text.cached
  },
  get finishReason() {
    return text.finish
  },
  get stopToken() {
    return text.stopToken
  },
  abort,
  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        const token = await text.queue.next()
        if (token === undefined) return
        yield token
      }
    } finally {
      abort()
    }
  },
})
