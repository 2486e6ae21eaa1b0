import { type MaskedDocuments, maskedDocuments, maskVocabulary } from './masked-documents.ts'
import { memoryTokenStream } from './memory-token-stream.ts'

export interface MaskedDocument {
  readonly tokens: ArrayLike<number>
  readonly mask: ArrayLike<number>
  readonly bytes: number
}

/** Documents held in memory, for small data. */
export const memoryMaskedDocuments = (
  documents: readonly MaskedDocument[],
  vocabulary: { readonly vocabSize: number; readonly endOfDocument: number },
): MaskedDocuments =>
  maskedDocuments(
    memoryTokenStream(documents, vocabulary),
    memoryTokenStream(
      documents.map(({ mask, bytes }) => ({ tokens: mask, bytes })),
      { vocabSize: maskVocabulary.size, endOfDocument: maskVocabulary.endOfDocument },
    ),
  )
