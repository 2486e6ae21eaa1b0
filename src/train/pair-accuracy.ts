import { positionsOf } from '../data/conversation-rows.ts'
import { fillRow } from '../data/fill-row.ts'
import type { MaskedDocuments } from '../data/masked-documents.ts'
import { packRows } from '../data/pack-rows.ts'
import { emptyPacked, type Packed } from '../data/packing.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { verdicts } from './judging-conversation.ts'
import type { RunConfig } from './run-config.ts'
import { planOf } from './run-plan.ts'
import { createTokenLosses } from './token-losses.ts'

/** How often a judge prefers the better answer of a pair, on held-out pairs. */
export interface PairAccuracy extends Disposable {
  score(params: readonly DeviceBuffer[]): Promise<PairScore>
}

export type PairScore = {
  /** Share of the pairs where the verdicts of both orders together favour the better answer; half of a tie. */
  readonly pairAccuracy: number
  /** Share of the verdicts that are A, 0.5 for a judge that does not go by the place. */
  readonly firstPreferred: number
}

/** A verdict in a batch: which document asks for it, and where. */
interface Place {
  readonly document: number
  readonly at: number
}

interface PairBatch extends Packed {
  readonly places: readonly Place[]
  /** The targets with the other verdict. */
  readonly otherIds: Int32Array
}

function batchesOf(
  documents: MaskedDocuments,
  letters: readonly number[],
  { sequences: B, sequenceLength: T }: { readonly sequences: number; readonly sequenceLength: number },
): (index: number) => PairBatch | null {
  const order = Int32Array.from({ length: documents.documentCount }, (_, i) => i)
  const rows = packRows(order, (document) => positionsOf(documents, document), T)
  return (index) => {
    if (index * B >= rows.count) return null
    const packed = emptyPacked(B, T)
    const mask = new Float32Array(B * T)
    const places: Place[] = []
    for (let position = 0; position < B; position++) {
      const row = Math.min(index * B + position, rows.count)
      const members = rows.documents.subarray(rows.starts[row], rows.starts[row + 1] ?? order.length)
      fillRow(documents, members, T, position, packed, mask)
      // The first token that is learned is the verdict.
      for (let at = position * T, found = 0; at < (position + 1) * T && found < members.length; at++)
        if (mask[at] === 1 && packed.documentIds[at] === found)
          places.push({ document: members[found++]!, at })
    }
    const otherIds = packed.targetIds.slice()
    for (const { at } of places) otherIds[at] = letters[0]! + letters[1]! - packed.targetIds[at]!
    return { ...packed, places, otherIds }
  }
}

/**
 * Scores held-out pairs, documents 2i and 2i + 1 being the two orders of pair i, as {@link pairExamples} makes them.
 */
export async function createPairAccuracy(
  engine: Engine,
  config: RunConfig,
  tokenizer: Tokenizer,
  documents: MaskedDocuments,
): Promise<PairAccuracy> {
  const letters = verdicts.map((verdict) => tokenizer.encode(verdict)[0]!)
  const shape = {
    sequences: config.batch.sequences,
    sequenceLength: config.data.sequenceLength,
    plan: planOf(config),
  }
  const losses = await createTokenLosses(engine, config.model, shape)
  const batch = batchesOf(documents, letters, shape)
  return {
    async score(params) {
      const margins = new Float64Array(documents.documentCount / 2)
      let first = 0
      for (let i = 0, next = batch(0); next !== null; next = batch(++i)) {
        const right = await losses.score(params, next)
        const wrong = await losses.score(params, { ...next, targetIds: next.otherIds })
        for (const { document, at } of next.places) {
          const margin = wrong[at]! - right[at]!
          margins[document >> 1]! += margin
          // The better answer of an even document is A.
          first += margin === 0 ? 0.5 : Number(margin > 0 === (document % 2 === 0))
        }
      }
      const wins = margins.reduce((sum, margin) => sum + (margin > 0 ? 1 : margin === 0 ? 0.5 : 0), 0)
      return { pairAccuracy: wins / margins.length, firstPreferred: first / documents.documentCount }
    },
    [Symbol.dispose]: () => losses[Symbol.dispose](),
  }
}
