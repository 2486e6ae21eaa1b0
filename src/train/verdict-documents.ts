import type { MaskedDocuments } from '../data/masked-documents.ts'

/**
 * Judging conversations with either verdict: documents 2d and 2d + 1 are document d as it is and with the other verdict.
 *
 * @param documents of which those with even numbers end in the first verdict and a mark, the others in the second
 * @param verdicts tokens of both, equally many
 */
export function bothVerdicts(
  documents: MaskedDocuments,
  verdicts: readonly [readonly number[], readonly number[]],
): MaskedDocuments {
  return {
    documentCount: 2 * documents.documentCount,
    padding: documents.padding,
    tokenCount: (scored) => documents.tokenCount(scored >> 1),
    bytes: (scored) => documents.bytes(scored >> 1),
    read(scored, tokens, mask) {
      const document = scored >> 1
      documents.read(document, tokens, mask)
      if (scored % 2 === 0) return
      const other = verdicts[1 - (document % 2)]!
      tokens.set(other, documents.tokenCount(document) - 1 - other.length)
    },
  }
}
