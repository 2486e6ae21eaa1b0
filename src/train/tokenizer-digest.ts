import { createHash } from 'node:crypto'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'

/** Tells one tokenizer from another: SHA-256 of its ranks and the names of its special tokens. */
export function tokenizerDigest(tokenizer: Tokenizer): string {
  const hash = createHash('sha256')
  for (const rank of tokenizer.ranks) hash.update(Uint8Array.of(rank.length)).update(rank)
  for (const { name } of tokenizer.specialTokens) hash.update(`\n${name}`)
  return hash.digest('hex')
}
