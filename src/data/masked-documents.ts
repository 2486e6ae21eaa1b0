import type { TokenStream } from './token-stream.ts'

/** Of a stream of masks: whether a token is learned; a third number ends each document. */
export const maskVocabulary = { given: 0, learned: 1, endOfDocument: 2, size: 3 } as const

/** Documents of which some tokens are learned and the others only read: conversations. */
export interface MaskedDocuments {
  readonly documentCount: number
  /** What fills a sequence where no document is. */
  readonly padding: number
  readonly tokenCount: (document: number) => number
  /** UTF-8 bytes of a document's learned text. */
  readonly bytes: (document: number) => number
  /** Copies a document's tokens and their mask (0 or 1) to `tokens[0 …]` and `mask[0 …]`. */
  readonly read: (document: number, tokens: Int32Array, mask: Int32Array) => void
}

/** Two streams of the same documents, one of tokens, one of `maskVocabulary`; ends of documents are left out. */
export function maskedDocuments(tokens: TokenStream, mask: TokenStream): MaskedDocuments {
  const tokenCount = (document: number): number =>
    tokens.documentStart(document + 1) - tokens.documentStart(document) - 1
  return {
    documentCount: tokens.documentCount,
    padding: tokens.endOfDocument,
    tokenCount,
    bytes: (document) => tokens.bytesBefore(document + 1) - tokens.bytesBefore(document),
    read: (document, intoTokens, intoMask) => {
      const start = tokens.documentStart(document)
      const length = tokenCount(document)
      tokens.read(start, length, intoTokens, 0)
      mask.read(start, length, intoMask, 0)
    },
  }
}
