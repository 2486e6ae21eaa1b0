import { draws } from '../../draws.ts'
import { textDigest } from '../../files/digest.ts'
import type { RolesConfig } from '../../roles/role-config.ts'
import { type UnitRoles, unitRoles } from '../pipeline/unit-roles.ts'
import { judgePrompt } from './judge-prompt.ts'
import type { ModeName, RephraseMode, RephraseWay } from './rephrase-mode.ts'

/** All that a rewriting depends on beside its text and its way. */
export interface RephraseSettings {
  readonly mode: ModeName
  /** That translations are into. */
  readonly language: string
  readonly seed: number
  readonly temperature: number
  /** Of one chunk's answer. */
  readonly maxTokens: number
  /** The rephraser; where there is no judge the rules alone decide. */
  readonly roles: UnitRoles
}

/** One rewriting of one excerpt. It knows nothing of where the text came from: the same text is the same work. */
export interface RephraseUnit extends RephraseSettings {
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

/** Of a run's roles those that rephrase, with what the judge is asked. Versions of other prompts are the stage's. */
export const rephraseRoles = (roles: RolesConfig, mode: ModeName): UnitRoles =>
  unitRoles(roles, { rephraser: [], judge: [judgePrompt(mode)] })

/** The units of an excerpt: `count` different ways of the mode, drawn by seed and text. */
export function unitsOf(
  settings: RephraseSettings,
  { ways }: RephraseMode,
  chunks: readonly string[],
  count: number,
): RephraseUnit[] {
  const drawn = draws(settings.seed, 'ways', textDigest(chunks.join(''))).sample(ways, count)
  return drawn.map((way) => ({ ...settings, chunks, way }))
}
