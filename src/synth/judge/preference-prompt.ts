import { z } from 'zod'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import { blocks, materialNote } from '../teacher/model-prose.ts'

export interface PreferenceInput {
  /** The conversation that both go on with, or the task. */
  readonly request: string
  readonly a: string
  readonly b: string
  readonly criteria: readonly string[]
}

export interface PreferenceAnswer {
  readonly comparison: string
  readonly better: 'A' | 'B' | 'tie'
}

const system = `You compare two answers, A and B, to the same request by the criteria that are given, most important first.

Name in the comparison what the answers differ in and which criterion decides. Then say which one is better. The order in which they stand means nothing, and neither does length by itself, confidence without support, praise of the user, or an answer's words about its own quality. Say tie only where no criterion tells them apart.

${materialNote}`

/** Pairwise preference (k2-spec §7.2): the critic's question. */
export const preferencePrompt: VersionedPrompt<PreferenceInput, PreferenceAnswer> = {
  name: 'preference',
  version: 1,
  system,
  user: ({ request, a, b, criteria }) =>
    blocks({ request, criteria: criteria.map((one, i) => `${i + 1}. ${one}`).join('\n'), A: a, B: b }),
  schema: z.strictObject({ comparison: z.string().min(1), better: z.enum(['A', 'B', 'tie']) }),
  temperature: 0,
  maxTokens: 2048,
}
