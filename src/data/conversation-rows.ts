import { UserError } from '../user-error.ts'
import { hashCounters } from './hash.ts'
import type { MaskedDocuments } from './masked-documents.ts'
import { permuted } from './order.ts'
import { packRows, type Rows } from './pack-rows.ts'

/** Positions that a document takes: each of its tokens but the first is a target. */
export const positionsOf = (documents: MaskedDocuments, document: number): number =>
  documents.tokenCount(document) - 1

/** Rows of one source over all epochs. */
export interface ConversationRows {
  /** Rows of an epoch. */
  readonly rowsOf: (epoch: number) => number
  /** Documents of the `counter`-th row (from 0, over all epochs). */
  readonly row: (counter: number) => Int32Array
}

/** Epochs whose rows are kept: a batch may end one and begin the next. */
const keptEpochs = 2

/**
 * Every epoch visits each document once, in an order and packed into rows of its own, by (seed, source, epoch): a row is
 * a function of its number. To know where an epoch begins, those before it are packed once; that is arithmetic on lengths.
 *
 * @throws UserError for a source without documents
 */
export function conversationRows(
  documents: MaskedDocuments,
  {
    sequenceLength,
    seed,
    source,
  }: { readonly sequenceLength: number; readonly seed: number; readonly source: number },
): ConversationRows {
  const { documentCount } = documents
  if (documentCount === 0)
    throw new UserError(`Source ${source + 1} has no conversation to train on: give more data`)
  const kept = new Map<number, Rows>()
  const counts: number[] = []

  const rowsOf = (epoch: number): Rows => {
    const known = kept.get(epoch)
    if (known !== undefined) return known
    const key = hashCounters(seed, 0x726f77, source, epoch)
    const order = Int32Array.from({ length: documentCount }, (_, i) => permuted(i, documentCount, key))
    const rows = packRows(order, (document) => positionsOf(documents, document), sequenceLength)
    if (kept.size >= keptEpochs) kept.delete(Math.min(...kept.keys()))
    kept.set(epoch, rows)
    counts[epoch] = rows.count
    return rows
  }
  const countOf = (epoch: number): number => counts[epoch] ?? rowsOf(epoch).count

  return {
    rowsOf: countOf,
    row: (counter) => {
      let epoch = 0
      let left = counter
      for (; left >= countOf(epoch); epoch++) left -= countOf(epoch)
      const { count, documents, starts } = rowsOf(epoch)
      // Packing puts long documents first: rows come in an order of their own.
      const row = permuted(left, count, hashCounters(seed, 0x6f7264, source, epoch))
      return documents.subarray(starts[row]!, starts[row + 1]!)
    },
  }
}
