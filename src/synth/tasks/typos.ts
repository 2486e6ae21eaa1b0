import type { Draws } from '../../draws.ts'
import { outsideExact } from './phrases.ts'

type Slip = (word: string, at: number) => string

const slips: readonly Slip[] = [
  (word, at) => word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2),
  (word, at) => word.slice(0, at) + word.slice(at + 1),
  (word, at) => word.slice(0, at) + word[at]! + word.slice(at),
]

/** A text as someone in a hurry types it: every tenth longer word has a slip, what is `exact` has none. */
export const withTypos = (text: string, draw: Draws): string =>
  outsideExact(text, (part) =>
    part.replace(/[a-z]{4,}/g, (word) =>
      draw.chance(0.1) ? draw.pick(slips)(word, 1 + draw.integer(0, word.length - 4)) : word,
    ),
  )
