import { preTokenEnd } from '../../tokenizer/pretoken-end.ts'
import { utf16Units } from '../../tokenizer/utf16-units.ts'

/** How long a text is, in tokens. */
export type TokenCounter = (text: string) => number

/**
 * Words, punctuation and groups of digits as K2's pre-tokeniser cuts them: what a vocabulary that knew every word would
 * need. It is a lower bound of the tokens of any vocabulary, near enough to size excerpts by where none is given.
 */
export const countPreTokens: TokenCounter = (text) => {
  const units = utf16Units(text)
  let count = 0
  for (let at = 0; at < units.length; at = preTokenEnd(units, at, units.length)) count++
  return count
}
