import { jaccard, minHash, permutations, shingles } from './min-hash.ts'
import { absorb } from './word-hash.ts'

export interface NearDuplicateOptions {
  /** Least Jaccard similarity of the shingles of near-duplicates. Default 0.8. */
  readonly threshold?: number
  /** Words of a shingle. Default 3. */
  readonly shingleWords?: number
  /** Default 128. */
  readonly permutations?: number
  /** Of the permutations. Default 0. */
  readonly seed?: number
}

/** Texts as they come, each compared with those that stand for others. */
export interface NearDuplicateIndex {
  /** Number of texts so far. */
  readonly size: number
  /** Takes in a text. The index of an earlier text that it is a near-duplicate of, or its own. */
  add(text: string): number
  /** Forgets the texts from an index on, as if they had never been taken in. */
  truncate(size: number): void
}

/** Chance that two texts just as similar as the threshold are never compared. */
const mostMissed = 0.01

/** A bucket with more texts than these is of no help: the others of them are found in other bands. */
const mostCompared = 64

/** Rows of a band: as many as still let a pair at the threshold meet in a band. */
export function bandRows(threshold: number, count: number): number {
  const missed = (rows: number): number => (1 - threshold ** rows) ** Math.floor(count / rows)
  let rows = 1
  while (rows < count && missed(rows + 1) <= mostMissed) rows++
  return rows
}

/**
 * An index of texts by MinHash and bands of it. The first text of a group stands for it: a later text belongs to the
 * most similar of those before it that stand for a group, if it is at least as similar as the threshold. Similarity is
 * counted exactly once two texts meet in a band; a pair at the threshold does not with a chance below 1%. Work grows
 * with the number of texts: of a band's bucket at most 64 texts are compared.
 */
export function createNearDuplicateIndex(options: NearDuplicateOptions = {}): NearDuplicateIndex {
  const { threshold = 0.8, shingleWords = 3, permutations: count = 128, seed = 0 } = options
  if (!(threshold > 0 && threshold <= 1))
    throw new RangeError(`threshold: expected more than 0 and at most 1, got ${threshold}`)
  const permuted = permutations(count, seed)
  const rows = bandRows(threshold, count)
  const bands = Array.from({ length: Math.floor(count / rows) }, () => new Map<number, number[]>())
  const standing = new Map<number, Uint32Array>()
  let size = 0

  const bucketKeys = (signature: Int32Array): number[] =>
    bands.map((_, band) => {
      let key = band
      for (let i = band * rows; i < (band + 1) * rows; i++) key = absorb(key, signature[i]!)
      return key
    })

  const nearest = (members: Uint32Array, keys: readonly number[]): number | undefined => {
    const candidates = new Set(keys.flatMap((key, band) => bands[band]!.get(key) ?? []))
    let best: number | undefined
    let most = threshold
    for (const candidate of candidates) {
      const similarity = jaccard(members, standing.get(candidate)!, most)
      if (similarity > most || (similarity === most && (best === undefined || candidate < best))) {
        best = candidate
        most = similarity
      }
    }
    return best
  }

  return {
    get size() {
      return size
    },
    add(text) {
      const members = shingles(text, shingleWords)
      const keys = bucketKeys(minHash(members, permuted))
      const own = size++
      const found = nearest(members, keys)
      if (found !== undefined) return found
      standing.set(own, members)
      for (const [band, key] of keys.entries()) {
        const bucket = bands[band]!.get(key)
        if (bucket === undefined) bands[band]!.set(key, [own])
        else if (bucket.length < mostCompared) bucket.push(own)
      }
      return own
    },
    truncate(left) {
      while (size > left) {
        const members = standing.get(--size)
        if (members === undefined) continue
        standing.delete(size)
        for (const [band, key] of bucketKeys(minHash(members, permuted)).entries()) {
          const bucket = bands[band]!.get(key)
          if (bucket?.at(-1) === size) bucket.pop()
        }
      }
    },
  }
}
