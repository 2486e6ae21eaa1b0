import { z } from 'zod'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import { blocks, materialNote } from './model-prose.ts'

export interface RephraseInput {
  /** How it is to be told: a form, a point of view, a language. */
  readonly style: string
  /** What stands before the passage, and how that was told: empty at the beginning. */
  readonly before: { readonly source: string; readonly told: string }
  readonly passage: string
}

const system = `You tell a passage of a text again in another style.

- Every fact, name, number, date, unit, formula and condition of the passage is told, and none is added: nothing from your own knowledge, no examples, no judgement.
- Sentences are new ones, not the old ones with words replaced. What the style asks for shapes order, tone and form.
- Where text stands before the passage, go on from how it was told, without repeating it and without an opening of your own; it also says who or what the passage means. Tell the passage alone.
- No title, no remark on the task, no closing words, unless the style asks for them.

${materialNote}`

/** Chunk-wise autoregressive rephrasing (k2-spec §3.2): one passage with what was told before it. */
export const rephrasePrompt: VersionedPrompt<RephraseInput, { readonly text: string }> = {
  name: 'rephrase',
  version: 1,
  system,
  user: ({ style, before, passage }) =>
    blocks({
      style,
      source_before: before.source === '' ? undefined : before.source,
      told_before: before.told === '' ? undefined : before.told,
      passage,
    }),
  schema: z.strictObject({ text: z.string().min(1) }),
  temperature: 0.8,
  maxTokens: 4096,
}
