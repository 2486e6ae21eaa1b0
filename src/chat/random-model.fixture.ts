import type { TokenConstraint } from '../grammar/token-constraint.ts'
import { smallRanks } from '../tokenizer/sotu.fixture.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'

export const tokenizer = createTokenizer(smallRanks)

export const imEnd = tokenizer.specials.get('<|im_end|>')!

/** Bits of a word, counted in pairs, fours and bytes at once. */
const bitCount = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** One of a mask's ids, all equally likely; undefined of none. */
export function chosenId(mask: Uint32Array, random: () => number): number | undefined {
  let total = 0
  for (let i = 0; i < mask.length; i++) total += bitCount(mask[i]!)
  let left = Math.floor(random() * total)
  for (let i = 0; i < mask.length; i++) {
    const word = mask[i]!
    const count = bitCount(word)
    if (left >= count) left -= count
    else for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1 && left-- === 0) return i * 32 + bit
  }
  return undefined
}

export interface RandomAnswer {
  readonly ids: readonly number[]
  /** Whether a stop id came. */
  readonly finished: boolean
}

/** Whether a mask has an id. */
export const hasId = (mask: Uint32Array, id: number): boolean => ((mask[id >> 5]! >>> (id & 31)) & 1) === 1

/** What a model writes that finds every allowed token equally likely. */
export function randomAnswer(
  constraint: TokenConstraint,
  random: () => number,
  budget: number,
): RandomAnswer {
  const ids: number[] = []
  for (let left = budget; left > 0; left--) {
    const mask = constraint.allowed(left)
    if (!mask) throw new Error('an enforcer always has a mask')
    const id = chosenId(mask, random)
    if (id === undefined) return { ids, finished: false }
    if (id === imEnd) return { ids, finished: true }
    constraint.accept(id)
    ids.push(id)
  }
  return { ids, finished: false }
}
