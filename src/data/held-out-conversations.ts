import { UserError } from '../user-error.ts'
import { chooseWithin } from './choose-within.ts'
import { positionsOf } from './conversation-rows.ts'
import { fillRow } from './fill-row.ts'
import { hashCounters } from './hash.ts'
import type { HeldOutBatches } from './held-out.ts'
import type { MaskedDocuments } from './masked-documents.ts'
import { packRows } from './pack-rows.ts'
import { emptyPacked } from './packing.ts'

export interface HeldOutConversationsOptions {
  readonly documents: MaskedDocuments
  readonly sequenceLength: number
  readonly batchSize: number
  /** Scores conversations, chosen by `seed`, of at most this many positions together (but at least one). */
  readonly maximumTokens?: number
  readonly seed: number
}

/**
 * Batches that score each learned token of held-out conversations once.
 *
 * @throws UserError when there are none
 */
export function heldOutConversations({
  documents,
  sequenceLength,
  batchSize,
  maximumTokens = Number.POSITIVE_INFINITY,
  seed,
}: HeldOutConversationsOptions): HeldOutBatches {
  if (documents.documentCount === 0)
    throw new UserError('There is no held-out conversation: give more, or a larger data.heldOutFraction')
  const sizeOf = (document: number): number => positionsOf(documents, document)
  const key = hashCounters(seed, 0x68656c)
  const members = chooseWithin(documents.documentCount, sizeOf, maximumTokens, key)
  const rows = packRows(members, sizeOf, sequenceLength)
  const batch = (index: number) => {
    const packed = emptyPacked(batchSize, sequenceLength)
    const lossMask = new Float32Array(batchSize * sequenceLength)
    let learned = 0
    for (let position = 0; position < batchSize; position++) {
      const row = index * batchSize + position
      const inRow = rows.documents.subarray(
        rows.starts[row] ?? members.length,
        rows.starts[row + 1] ?? members.length,
      )
      learned += fillRow(documents, inRow, sequenceLength, position, packed, lossMask).learned
    }
    return { ...packed, lossMask, learned }
  }
  const batchCount = Math.ceil(rows.count / batchSize)
  let tokens = 0
  for (let i = 0; i < batchCount; i++) tokens += batch(i).learned
  return {
    batchCount,
    tokens,
    bytes: members.reduce((sum, document) => sum + documents.bytes(document), 0),
    documents: members.length,
    batch,
  }
}
