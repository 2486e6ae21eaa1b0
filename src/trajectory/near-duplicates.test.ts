import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jaccard, minHash, permutations, shingles } from './min-hash.ts'
import { bandRows, createNearDuplicateIndex, type NearDuplicateOptions } from './near-duplicates.ts'
import { textWords } from './words.ts'

/** Groups of near-duplicates, as ascending indices. */
function nearDuplicates(texts: Iterable<string>, options: NearDuplicateOptions = {}): number[][] {
  const index = createNearDuplicateIndex(options)
  const groups = new Map<number, number[]>()
  for (const text of texts) {
    const own = index.size
    const first = index.add(text)
    if (first === own) groups.set(own, [own])
    else groups.get(first)!.push(own)
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

/** Shingles as texts, and their similarity by the definition: what the hashes stand for. */
const plainShingles = (text: string, size: number): Set<string> => {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const length = Math.min(size, words.length)
  return new Set(
    Array.from({ length: words.length - length + 1 }, (_, i) => words.slice(i, i + length).join(' ')),
  )
}
const plainJaccard = (a: Set<string>, b: Set<string>): number => {
  const shared = [...a].filter((item) => b.has(item)).length
  return shared / (a.size + b.size - shared)
}

const wordFrom = (words: number) => fc.nat(words - 1).map((i) => `w${i}`)
const textFrom = (words: number, length: number) =>
  fc.array(wordFrom(words), { maxLength: length }).map((list) => list.join(' '))

/** Any texts, and variants of them with some words changed. */
const textsWithVariants = fc
  .array(
    fc.tuple(
      fc.array(wordFrom(400), { minLength: 1, maxLength: 40 }),
      fc.array(fc.tuple(fc.nat(39), wordFrom(400)), { maxLength: 4 }),
    ),
    { maxLength: 20 },
  )
  .map((pairs) =>
    pairs.flatMap(([words, changes]) => {
      const changed = [...words]
      for (const [at, word] of changes) if (at < changed.length) changed[at] = word
      return [words.join(' '), changed.join(', ')]
    }),
  )
  .chain((texts) => fc.shuffledSubarray(texts, { minLength: texts.length }))

describe('words', () => {
  it('are told apart by neither case, form nor punctuation', () => {
    expect(textWords('Ｈello, WORLD—3.5 e\u0301t\u00e9!').words).toEqual(['hello', 'world', '3', '5', 'été'])
    expect(textWords('東京へ go').words).toEqual(['東', '京', 'へ', 'go'])
    const text = 'a  Bc, d'
    const { words, starts, ends } = textWords(text)
    expect(words.map((word, i) => [word, text.slice(starts[i], ends[i])])).toEqual([
      ['a', 'a'],
      ['bc', 'Bc'],
      ['d', 'd'],
    ])
  })
})

it('words of plain texts are found as in any others', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.oneof(
          fc.constantFrom(' ', '.', "'", '-', 'B'),
          fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
        ),
      }),
      (text) => {
        const { words, starts, ends } = textWords(text)
        // A letter beyond ASCII behind it all takes the other way.
        const other = textWords(`${text} \u00e9`)
        expect([...words, '\u00e9']).toEqual(other.words)
        expect([...starts, text.length + 1]).toEqual(other.starts)
        expect([...ends, text.length + 2]).toEqual(other.ends)
      },
    ),
  )
})

describe('MinHash', () => {
  it('counts the similarity of shingles as its definition does', () => {
    fc.assert(
      fc.property(textFrom(6, 30), textFrom(6, 30), fc.integer({ min: 1, max: 4 }), (a, b, size) => {
        const exact = plainJaccard(plainShingles(a, size), plainShingles(b, size))
        const [x, y] = [shingles(a, size), shingles(b, size)]
        expect(jaccard(x, y)).toBeCloseTo(exact, 12)
        for (const least of [0.1, 0.5, 0.8, exact, 1])
          if (exact >= least) expect(jaccard(x, y, least)).toBeCloseTo(exact, 12)
          else expect(jaccard(x, y, least)).toBeLessThan(least)
      }),
    )
  })

  it('agrees in as many places as two sets are similar', () => {
    const permuted = permutations(4096, 7)
    for (const shared of [0, 100, 300, 500, 800, 950, 1000]) {
      const members = (from: number) =>
        shingles(Array.from({ length: 1000 }, (_, i) => `t${from + i}`).join(' '), 1)
      const [a, b] = [members(0), members(1000 - shared)]
      const [x, y] = [minHash(a, permuted), minHash(b, permuted)]
      const agreed = x.filter((value, i) => value === y[i]).length / x.length
      const exact = shared / (2000 - shared)
      // Four deviations of a mean of 4096 draws.
      expect(Math.abs(agreed - exact)).toBeLessThanOrEqual(4 * Math.sqrt((exact * (1 - exact)) / 4096) + 1e-9)
    }
  })

  it('chooses bands that a pair at the threshold meets in', () => {
    expect([0.5, 0.8, 0.9, 1].map((threshold) => bandRows(threshold, 128))).toEqual([3, 6, 10, 128])
  })
})

describe('near-duplicates', () => {
  it('are in a group whose first they are as similar to as the threshold, and firsts are not to each other', () => {
    let followed = 0
    let missed = 0
    fc.assert(
      fc.property(textsWithVariants, fc.constantFrom(0.5, 0.7, 0.8), fc.nat(), (texts, threshold, seed) => {
        const groups = nearDuplicates(texts, { threshold, seed })
        const sets = texts.map((text) => plainShingles(text, 3))
        const followers = new Set(groups.flatMap(([, ...others]) => others))
        followed += followers.size
        expect(followers.size).toBe(groups.reduce((sum, { length }) => sum + length - 1, 0))
        for (const [first, ...others] of groups)
          for (const other of others) {
            expect(other).toBeGreaterThan(first!)
            expect(plainJaccard(sets[first!]!, sets[other]!)).toBeGreaterThanOrEqual(threshold - 1e-12)
          }
        const firsts = texts.map((_, i) => i).filter((i) => !followers.has(i))
        for (const a of firsts)
          for (const b of firsts.filter((i) => i > a)) {
            if (plainJaccard(sets[a]!, sets[b]!) >= threshold) missed++
          }
      }),
      { numRuns: 200, seed: 1 },
    )
    expect(followed).toBeGreaterThan(500)
    expect(missed).toBeLessThanOrEqual(0.01 * followed)
  })

  it('are the same texts by another spelling, short and empty ones too', () => {
    expect(nearDuplicates(['One two.', 'x', '', 'one  TWO', '—', 'y', 'x!'])).toEqual([
      [0, 3],
      [1, 6],
      [2, 4],
    ])
    expect(nearDuplicates([])).toEqual([])
  })

  it('are found among thousands of texts of one pattern', () => {
    const text = (i: number, tail: string) =>
      `Find the orders of customer c${i} placed in region r${i % 97} and give the total of each in currency k${i % 13}, ${tail}`
    const texts = Array.from({ length: 5_000 }, (_, i) =>
      text(i, i % 2 ? 'sorted by the day' : 'by size, largest at the top'),
    )
    const planted = [17, 4_242, 4_999].map((i) => `${texts[i]!.replaceAll(',', ' ;')} please`)
    expect(nearDuplicates([...texts, ...planted])).toEqual([
      [17, 5_000],
      [4_242, 5_001],
      [4_999, 5_002],
    ])
  })

  it('at the threshold are missed as rarely as is promised', () => {
    // 40 words give 40 shingles of a word; 4 of them changed leave 36 of 44: 0.818.
    const texts = Array.from({ length: 2_000 }, (_, i) => {
      const words = Array.from({ length: 40 }, (_, j) => `t${i}w${j}`)
      return [
        words.join(' '),
        [...words.slice(4), 'p', 'q', 'r', 's'].map((w) => w + (w.length < 2 ? i : '')).join(' '),
      ]
    }).flat()
    const groups = nearDuplicates(texts, { shingleWords: 1, threshold: 0.8, seed: 3 })
    expect(groups.every(([a, b, ...others]) => a! % 2 === 0 && b === a! + 1 && others.length === 0)).toBe(
      true,
    )
    expect(groups.length).toBeGreaterThanOrEqual(1_980)
  })

  it('come one by one with the same result, whatever the seed of exact copies', () => {
    const index = createNearDuplicateIndex({ threshold: 1, seed: 99 })
    expect(['a b c d', 'a b c e', 'A, b; c d'].map((text) => index.add(text))).toEqual([0, 1, 0])
    expect(index.size).toBe(3)
    expect(() => createNearDuplicateIndex({ threshold: 0 })).toThrow('threshold: expected more than 0')
  })
})
