import { absorb } from './word-hash.ts'
import { textWords } from './words.ts'

/** A text and what it is called. */
export interface NamedText {
  readonly id: string
  readonly text: string
}

export interface ContaminationOptions {
  /** Words in a row that must be the same. Default 13 (GPT-3, appendix C). */
  readonly words?: number
  /** Evaluation texts of fewer words are looked for whole, down to so many. Default 5. */
  readonly shortest?: number
}

/** A stretch of a text that stands in an evaluation text. */
export interface Overlap {
  /** Of the evaluation text. */
  readonly evaluationId: string
  /** Where the stretch lies in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** Length of the stretch. */
  readonly words: number
}

export interface ContaminationIndex {
  /** Stretches of a text that stand in evaluation texts, in the order of their beginnings. */
  overlaps(text: string): readonly Overlap[]
  /** Evaluation texts of too few words to say anything about. */
  readonly tooShort: readonly string[]
}

/** A run of words of an evaluation text: item and place of its first word. */
interface Gram {
  readonly item: number
  readonly from: number
}

/** By their hashes. */
type Grams = Map<number, Gram[]>

const noWord = -1
const none: readonly number[] = []

/** Evaluation texts of one pattern share runs of words: so many of them are named for each. */
const mostNamed = 8

function gramHash(ids: readonly number[], from: number, length: number): number {
  let hash = length
  for (let i = from; i < from + length; i++) hash = absorb(hash, ids[i]!)
  return hash
}

/** What evaluation texts are made of, to look for it in others. Of texts that share a run of words the first 8 are named. */
export function createContaminationIndex(
  evaluation: Iterable<NamedText>,
  { words: whole = 13, shortest = 5 }: ContaminationOptions = {},
): ContaminationIndex {
  const names: string[] = []
  const texts: number[][] = []
  const tooShort: string[] = []
  const wordIds = new Map<string, number>()
  /** By length, then by hash. */
  const grams = new Map<number, Grams>()

  const idOf = (word: string): number => {
    const id = wordIds.get(word) ?? wordIds.size
    wordIds.set(word, id)
    return id
  }

  for (const { id, text } of evaluation) {
    const ids = textWords(text).words.map(idOf)
    const length = Math.min(whole, ids.length)
    if (length < Math.min(shortest, whole)) {
      tooShort.push(id)
      continue
    }
    const item = names.push(id) - 1
    texts.push(ids)
    const ofLength = grams.get(length) ?? new Map<number, Gram[]>()
    grams.set(length, ofLength)
    for (let from = 0; from + length <= ids.length; from++) {
      const hash = gramHash(ids, from, length)
      const bucket = ofLength.get(hash) ?? []
      ofLength.set(hash, bucket)
      const same = bucket.filter((gram) => isSame(ids, from, texts[gram.item]!, gram.from, length))
      if (same.length < mostNamed && same.every((gram) => gram.item !== item)) bucket.push({ item, from })
    }
  }

  const lengths = [...grams]

  /** Evaluation texts with the words that stand at a place. */
  const itemsAt = (ids: readonly number[], at: number, length: number, of: Grams): readonly number[] => {
    const bucket = of.get(gramHash(ids, at, length))
    return bucket === undefined
      ? none
      : bucket.filter(({ item, from }) => isSame(ids, at, texts[item]!, from, length)).map(({ item }) => item)
  }

  return {
    tooShort,
    overlaps(text) {
      const { words, starts, ends } = textWords(text)
      const ids = words.map((word) => wordIds.get(word) ?? noWord)
      const runs = knownRuns(ids)
      const stretches: { readonly item: number; readonly from: number; to: number }[] = []
      const last = new Map<number, { to: number }>()
      for (let at = 0; at < ids.length; at++) {
        for (const [length, of] of lengths) {
          if (runs[at]! < length) continue
          for (const item of itemsAt(ids, at, length, of)) {
            const before = last.get(item)
            // One word on, the same stretch goes on.
            if (before !== undefined && before.to === at + length - 1) before.to++
            else {
              const stretch = { item, from: at, to: at + length }
              stretches.push(stretch)
              last.set(item, stretch)
            }
          }
        }
      }
      return stretches.map(({ item, from, to }) => ({
        evaluationId: names[item]!,
        start: starts[from]!,
        end: ends[to - 1]!,
        words: to - from,
      }))
    },
  }
}

/** For each place the number of words from it on that evaluation texts have too: most places need no more. */
function knownRuns(ids: readonly number[]): Int32Array {
  const runs = new Int32Array(ids.length)
  for (let i = ids.length - 1; i >= 0; i--) runs[i] = ids[i] === noWord ? 0 : (runs[i + 1] ?? 0) + 1
  return runs
}

function isSame(
  a: readonly number[],
  fromA: number,
  b: readonly number[],
  fromB: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (a[fromA + i] !== b[fromB + i]) return false
  return true
}
