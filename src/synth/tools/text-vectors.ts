import { hashText } from '../../data/hash.ts'

/** A vector whose other members are 0. */
export interface SparseVector {
  readonly at: Uint32Array
  readonly values: Float64Array
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

/** Counts of the words of each text, words hashed to `size` places. */
function wordCounts(texts: readonly string[], size: number): readonly ReadonlyMap<number, number>[] {
  const places = new Map<string, number>()
  return texts.map((text) => {
    const counts = new Map<number, number>()
    for (const word of wordsOf(text)) {
      const place = places.get(word) ?? hashText(0, word) % size
      places.set(word, place)
      counts.set(place, (counts.get(place) ?? 0) + 1)
    }
    return counts
  })
}

/**
 * TF-IDF vectors of texts, words hashed to `size` places, each of length 1: (1 + log count) × log(texts / texts that
 * have the word).
 */
export function textVectors(texts: readonly string[], size = 4096): readonly SparseVector[] {
  const counts = wordCounts(texts, size)
  const having = new Float64Array(size)
  for (const one of counts) for (const place of one.keys()) having[place]!++
  return counts.map((one) => {
    const at = Uint32Array.from([...one.keys()].toSorted((a, b) => a - b))
    const values = Float64Array.from(
      at,
      (place) => (1 + Math.log(one.get(place)!)) * Math.log(texts.length / having[place]!),
    )
    const length = Math.hypot(...values)
    return { at, values: length > 0 ? values.map((value) => value / length) : values }
  })
}
