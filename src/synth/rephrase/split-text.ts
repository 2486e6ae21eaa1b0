import type { TokenCounter } from './count-pre-tokens.ts'

/** Part of a document that is rewritten as one, in chunks. Its chunks put together are its text. */
export interface Excerpt {
  readonly chunks: readonly string[]
}

export interface SplitSizes {
  /** Most tokens of an excerpt. */
  readonly excerptTokens: number
  /** Most tokens of a chunk. */
  readonly chunkTokens: number
}

/** The sizes of K2's report, figure 4. */
export const k2Sizes: SplitSizes = { excerptTokens: 4096, chunkTokens: 256 }

/** Where a text may be cut, the best places first: paragraphs, lines, sentences, words, characters. */
const borders: readonly RegExp[] = [
  /(?<=\n[^\S\n]*\n\s*)(?=\S)/u,
  /(?<=\n)/u,
  /(?<=[.!?…]["'”’)\]]*\s+)(?=\S)|(?<=[。！？])/u,
  /(?<=\s)(?=\S)/u,
]

/** UTF-16 units; longer tokens are rare, and a cut between them does no harm. */
const longestToken = 64

/** `text` in pieces of at most `most` tokens where its borders let it, characters where they do not. */
function piecesOf(text: string, most: number, count: TokenCounter, level = 0): string[] {
  // A token has at most some characters: what is far too long need not be counted.
  if (text.length <= most * longestToken && count(text) <= most) return [text]
  const border = borders[level]
  if (border === undefined) return halves(text).flatMap((half) => piecesOf(half, most, count, level))
  return text.split(border).flatMap((piece) => piecesOf(piece, most, count, level + 1))
}

/** Two halves that part no character. */
function halves(text: string): string[] {
  const points = Array.from(text)
  if (points.length < 2) return [text]
  const middle = points.length >> 1
  return [points.slice(0, middle).join(''), points.slice(middle).join('')]
}

/** Neighbours put together while they fit: groups of pieces whose text has at most `most` tokens. */
function grouped(pieces: readonly string[], most: number, count: TokenCounter): string[][] {
  const groups: string[][] = []
  let text = ''
  /** At least the tokens of `text`: pieces together have no more than pieces apart. */
  let tokens = 0
  for (const piece of pieces) {
    tokens += count(piece)
    if (tokens > most) tokens = count(text + piece)
    if (groups.length === 0 || tokens > most) {
      groups.push([])
      text = ''
      tokens = count(piece)
    }
    groups.at(-1)!.push(piece)
    text += piece
  }
  return groups
}

/**
 * Cuts a document into excerpts and those into chunks, at paragraphs before lines, lines before sentences, sentences
 * before words. All chunks of all excerpts put together are the document. A token that is one character is a chunk
 * however many tokens it has.
 */
export function splitText(text: string, sizes: SplitSizes, count: TokenCounter): Excerpt[] {
  const chunkTokens = Math.min(sizes.chunkTokens, sizes.excerptTokens)
  const chunks = grouped(piecesOf(text, chunkTokens, count), chunkTokens, count).map((some) => some.join(''))
  return grouped(chunks, sizes.excerptTokens, count).map((some) => ({ chunks: some }))
}
