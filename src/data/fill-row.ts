import type { MaskedDocuments } from './masked-documents.ts'
import type { Packed } from './packing.ts'

/**
 * Writes documents one after the other into a row of T positions, then padding, which is a document of its own.
 *
 * @param learnedMask float32 [B·T], set to 1 where the target is learned, else 0
 * @returns positions filled and targets learned
 */
export function fillRow(
  documents: MaskedDocuments,
  members: ArrayLike<number>,
  sequenceLength: number,
  row: number,
  { inputIds, targetIds, documentIds, positionIds }: Packed,
  learnedMask: Float32Array,
): { readonly tokens: number; readonly learned: number } {
  const start = row * sequenceLength
  const end = start + sequenceLength
  const tokens = new Int32Array(sequenceLength + 1)
  const mask = new Int32Array(sequenceLength + 1)
  let at = start
  let learned = 0
  for (let m = 0; m < members.length; m++) {
    const document = members[m]!
    const length = documents.tokenCount(document)
    if (at + length - 1 > end) throw new RangeError(`row ${row} overflows with document ${document}`)
    documents.read(document, tokens, mask)
    inputIds.set(tokens.subarray(0, length - 1), at)
    targetIds.set(tokens.subarray(1, length), at)
    documentIds.fill(m, at, at + length - 1)
    for (let t = 1; t < length; t++, at++) {
      learnedMask[at] = mask[t]!
      learned += mask[t]!
    }
  }
  inputIds.fill(documents.padding, at, end)
  targetIds.fill(documents.padding, at, end)
  documentIds.fill(members.length, at, end)
  learnedMask.fill(0, at, end)
  for (let t = 0; t < sequenceLength; t++) positionIds[start + t] = t
  return { tokens: at - start, learned }
}
