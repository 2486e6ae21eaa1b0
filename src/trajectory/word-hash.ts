/** Spreads a 32-bit word: the finaliser of MurmurHash3 (Austin Appleby, public domain), which is a permutation. */
export function spread(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** A hash that has taken in one more 32-bit value. */
export const absorb = (hash: number, value: number): number =>
  (Math.imul(hash ^ spread(value), 0x9e3779b1) + 0x7f4a7c15) | 0

/** 32-bit hash of a word's UTF-16 units. */
export function wordHash(seed: number, word: string): number {
  let hash = seed | 0
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return spread(hash ^ word.length)
}
