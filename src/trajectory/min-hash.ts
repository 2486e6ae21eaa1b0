import { absorb, spread, wordHash } from './word-hash.ts'
import { textWords } from './words.ts'

/**
 * The distinct shingles of a text (all runs of `size` words) as hashes, ascending. A text of fewer words is one
 * shingle, a text of none too.
 */
export function shingles(text: string, size: number): Uint32Array {
  const hashes = textWords(text).words.map((word) => wordHash(0, word))
  const length = Math.min(size, hashes.length)
  const found = new Set<number>()
  for (let from = 0; from + length <= hashes.length; from++) {
    let hash = length
    for (let i = from; i < from + length; i++) hash = absorb(hash, hashes[i]!)
    found.add(spread(hash) >>> 0)
    if (length === 0) break
  }
  return Uint32Array.from(found).sort()
}

/**
 * Shared members of two ascending lists over all members of both (Jaccard similarity), or 0 once it is certain to be
 * below `least`.
 */
export function jaccard(a: Uint32Array, b: Uint32Array, least = 0): number {
  const both = a.length + b.length
  if (both === 0) return 1
  // Of n shared members the similarity is n / (both − n); a member of one list alone leaves room for fewer.
  const mostAlone = both - (2 * least * both) / (1 + least) + 1e-6
  let shared = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a[i]!
    const y = b[j]!
    if (x === y) shared++
    if (x <= y) i++
    if (y <= x) j++
    if (i + j - 2 * shared > mostAlone) return 0
  }
  return shared / (both - shared)
}

/** Permutations of the 32-bit words by a seed, as odd factors and summands. */
export interface Permutations {
  readonly factors: Int32Array
  readonly summands: Int32Array
}

export function permutations(count: number, seed: number): Permutations {
  const draw = (stream: number) => (i: number) => spread(absorb(absorb(seed | 0, stream), i))
  const ordinals = Int32Array.from({ length: count }, (_, i) => i)
  return { factors: ordinals.map(draw(1)).map((x) => x | 1), summands: ordinals.map(draw(2)) }
}

/**
 * Least image of a set's members under each permutation. Two sets agree in a place with a probability that is their
 * Jaccard similarity (Broder 1997).
 */
export function minHash(members: Uint32Array, { factors, summands }: Permutations): Int32Array {
  const least = new Int32Array(factors.length).fill(0x7fffffff)
  for (const member of members) {
    for (let i = 0; i < factors.length; i++) {
      const image = (Math.imul(member, factors[i]!) + summands[i]!) | 0
      if (image < least[i]!) least[i] = image
    }
  }
  return least
}
