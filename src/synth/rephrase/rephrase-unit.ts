import { draws } from '../../draws.ts'
import { textDigest } from '../../files/digest.ts'
import type { RephraseMode, RephraseWay } from './rephrase-mode.ts'

/** One rewriting of one excerpt. It knows nothing of where the text came from: the same text is the same work. */
export interface RephraseUnit {
  readonly chunks: readonly string[]
  readonly way: RephraseWay
}

/** What became of it. The text of a rejected one is as far as it came. */
export type RephraseResult =
  | { readonly status: 'accepted'; readonly text: string }
  | {
      readonly status: 'rejected'
      /** A rule's name, `judge`, `truncated`, `empty`: what rejections are counted by. */
      readonly reason: string
      readonly problems: readonly string[]
      readonly text: string
    }

/** The units of an excerpt: `count` different ways of the mode, drawn by seed and text. */
export function unitsOf(
  mode: RephraseMode,
  chunks: readonly string[],
  count: number,
  seed: number,
): RephraseUnit[] {
  const ways = draws(seed, 'ways', textDigest(chunks.join(''))).sample(mode.ways, count)
  return ways.map((way) => ({ chunks, way }))
}
