import { conversationRows } from './conversation-rows.ts'
import { fillRow } from './fill-row.ts'
import type { MaskedDocuments } from './masked-documents.ts'
import { createMixture } from './mixture.ts'
import { emptyPacked, type Packed } from './packing.ts'

export interface ConversationSource {
  readonly documents: MaskedDocuments
  /** Share of the rows, relative to the other sources'. */
  readonly weight: number
}

export interface ConversationBatchesOptions {
  readonly sources: readonly ConversationSource[]
  /** Positions of a row, T. */
  readonly sequenceLength: number
  /** Rows of a batch, B. */
  readonly batchSize: number
  readonly seed: number
}

export interface ConversationBatch extends Packed {
  /** float32 [B·T]: 1/n for each of the batch's n learned targets, else 0. */
  readonly lossWeights: Float32Array
  /** Positions with a document, which the others pad. */
  readonly tokens: number
  /** n. */
  readonly learned: number
}

export interface ConversationBatches {
  readonly tokensPerBatch: number
  /** Rows of the first `epochs` epochs of all sources. */
  readonly rowsOf: (epochs: number) => number
  /** Of a step, the same whenever it is asked for. */
  readonly batch: (step: number) => ConversationBatch
}

/**
 * Batches of whole conversations: none is cut, none attends to another, and only learned tokens count. Row i = step · B +
 * position comes from the source that the mixture gives it. Everything is arithmetic on (seed, step).
 *
 * @throws UserError for a source without conversations or a weight that makes no sense
 */
export function createConversationBatches({
  sources,
  sequenceLength,
  batchSize,
  seed,
}: ConversationBatchesOptions): ConversationBatches {
  const mixture = createMixture(
    sources.map(({ weight }) => weight),
    seed,
  )
  const rows = sources.map(({ documents }, source) =>
    conversationRows(documents, { sequenceLength, seed, source }),
  )
  return {
    tokensPerBatch: batchSize * sequenceLength,
    rowsOf: (epochs) =>
      rows.reduce((total, { rowsOf }) => {
        for (let epoch = 0; epoch < epochs; epoch++) total += rowsOf(epoch)
        return total
      }, 0),
    batch: (step) => {
      const packed = emptyPacked(batchSize, sequenceLength)
      const lossWeights = new Float32Array(batchSize * sequenceLength)
      let [tokens, learned] = [0, 0]
      for (let position = 0; position < batchSize; position++) {
        const { source, counter } = mixture(step * batchSize + position)
        const { documents } = sources[source]!
        const filled = fillRow(
          documents,
          rows[source]!.row(counter),
          sequenceLength,
          position,
          packed,
          lossWeights,
        )
        tokens += filled.tokens
        learned += filled.learned
      }
      for (let i = 0; i < lossWeights.length; i++) lossWeights[i]! /= learned
      return { ...packed, lossWeights, tokens, learned }
    },
  }
}
