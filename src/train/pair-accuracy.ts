import { chooseWithin } from '../data/choose-within.ts'
import { positionsOf } from '../data/conversation-rows.ts'
import { fillRow } from '../data/fill-row.ts'
import { hashCounters } from '../data/hash.ts'
import type { MaskedDocuments } from '../data/masked-documents.ts'
import { packRows } from '../data/pack-rows.ts'
import { emptyPacked, type Packed } from '../data/packing.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { verdictTokens } from './pair-examples.ts'
import type { RunConfig } from './run-config.ts'
import { planOf } from './run-plan.ts'
import { createTokenLosses } from './token-losses.ts'
import { type EvaluationExtent, quickEvaluationTokens } from './training-data.ts'
import { bothVerdicts } from './verdict-documents.ts'

/** How often a judge prefers the better answer of a pair, on held-out pairs. */
export interface PairAccuracy extends Disposable {
  /** @param extent whether all pairs are scored, which is the default, or some that the seed chooses */
  score(params: readonly DeviceBuffer[], extent?: EvaluationExtent): Promise<PairScore>
}

export type PairScore = {
  /** Share of the pairs where the verdicts of both orders together favour the better answer; half of a tie. */
  readonly pairAccuracy: number
  /** Share of the verdicts that are A, 0.5 for a judge that does not go by the place. */
  readonly firstPreferred: number
}

interface VerdictBatch extends Packed {
  /** float32 [B·T]: 1 where the target is of a verdict. */
  readonly mask: Float32Array
  /** The documents of each row, in their order. */
  readonly members: readonly Int32Array[]
}

/** Whole documents in rows, B at a time. */
function* verdictBatches(
  documents: MaskedDocuments,
  order: readonly number[],
  { sequences: B, sequenceLength: T }: { readonly sequences: number; readonly sequenceLength: number },
): Generator<VerdictBatch> {
  const rows = packRows(order, (document) => positionsOf(documents, document), T)
  for (let from = 0; from < rows.count; from += B) {
    const packed = emptyPacked(B, T)
    const mask = new Float32Array(B * T)
    const members = Array.from({ length: B }, (_, position) => {
      const at = (row: number): number => rows.starts[row] ?? order.length
      const own = rows.documents.subarray(at(from + position), at(from + position + 1))
      fillRow(documents, own, T, position, packed, mask)
      return own
    })
    yield { ...packed, mask, members }
  }
}

/** Adds each document's loss, in nats, to `losses`. */
function addLosses(
  losses: Float64Array,
  nll: Float32Array,
  { mask, members, documentIds }: VerdictBatch,
): void {
  const T = mask.length / members.length
  for (let at = 0; at < mask.length; at++)
    if (mask[at] === 1) losses[members[Math.floor(at / T)]![documentIds[at]!]!]! += nll[at]!
}

/** What the losses of verdicts say, documents 2d and 2d + 1 being the right and the wrong one of document d. */
function scoreOf(losses: Float64Array, pairs: readonly number[]): PairScore {
  let [wins, first] = [0, 0]
  const won = (margin: number): number => (margin === 0 ? 0.5 : Number(margin > 0))
  for (const pair of pairs) {
    const [straight, turned] = [2 * pair, 2 * pair + 1].map((d) => losses[2 * d + 1]! - losses[2 * d]!)
    wins += won(straight! + turned!)
    // The better answer of the straight order is A.
    first += won(straight!) + won(-turned!)
  }
  return { pairAccuracy: wins / pairs.length, firstPreferred: first / (2 * pairs.length) }
}

/**
 * Scores held-out pairs by the probabilities of both verdicts as a judge writes them. Documents 2i and 2i + 1 are the
 * two orders of pair i, as {@link pairExamples} makes them.
 */
export async function createPairAccuracy(
  engine: Engine,
  config: RunConfig,
  tokenizer: Tokenizer,
  documents: MaskedDocuments,
): Promise<PairAccuracy> {
  const shape = {
    sequences: config.batch.sequences,
    sequenceLength: config.data.sequenceLength,
    plan: planOf(config),
  }
  const scored = bothVerdicts(documents, verdictTokens(tokenizer))
  const documentsOf = (pair: number): number[] => [0, 1, 2, 3].map((i) => 4 * pair + i)
  const sizeOf = (pair: number): number =>
    documentsOf(pair).reduce((sum, document) => sum + positionsOf(scored, document), 0)
  const chosen = (most: number): number[] =>
    chooseWithin(documents.documentCount / 2, sizeOf, most, hashCounters(config.seed, 0x706169))
  const pairsOf = { quick: chosen(quickEvaluationTokens), whole: chosen(Number.POSITIVE_INFINITY) }
  const tokenLosses = await createTokenLosses(engine, config.model, shape)
  return {
    async score(params, extent = 'whole') {
      const pairs = pairsOf[extent]
      const losses = new Float64Array(scored.documentCount)
      for (const batch of verdictBatches(scored, pairs.flatMap(documentsOf), shape))
        addLosses(losses, await tokenLosses.score(params, batch), batch)
      return scoreOf(losses, pairs)
    },
    [Symbol.dispose]: () => tokenLosses[Symbol.dispose](),
  }
}
