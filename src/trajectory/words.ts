/** Words of a text in order, and where they stand in it. */
export interface TextWords {
  /** In small letters and one Unicode form (NFKC), so that how a word is written does not tell it apart. */
  readonly words: readonly string[]
  /** Offset of each word in the text, in UTF-16 units. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** Runs of letters, marks and digits; in scripts without spaces between words each character is one. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+/gu

const unicode = /[^\0-\x7f]/

/** Letters and digits of ASCII, which are all that words have in most texts. */
const isPlain = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)

function plainWords(text: string): TextWords {
  const words: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const small = text.toLowerCase()
  for (let at = 0; at < text.length; at++) {
    if (!isPlain(text.charCodeAt(at))) continue
    const start = at
    while (at < text.length && isPlain(text.charCodeAt(at))) at++
    words.push(small.slice(start, at))
    starts.push(start)
    ends.push(at)
  }
  return { words, starts, ends }
}

/** Words of a text. Punctuation and spaces tell nothing apart. */
export function textWords(text: string): TextWords {
  if (!unicode.test(text)) return plainWords(text)
  const words: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: found, index } of text.matchAll(word)) {
    words.push((unicode.test(found) ? found.normalize('NFKC') : found).toLowerCase())
    starts.push(index)
    ends.push(index + found.length)
  }
  return { words, starts, ends }
}
