import { z } from 'zod'
import { blocks, materialNote } from './material-blocks.ts'
import type { StructuredQuestion } from './structured-question.ts'

export interface PreferenceInput {
  /** The conversation that both go on with, as `conversationText` writes it, or the task. */
  readonly request: string
  readonly a: string
  readonly b: string
  /** Most important first; a judge goes by its own where there are none. */
  readonly criteria?: readonly string[]
}

export interface PreferenceAnswer {
  /** Left out by a judge that was trained on verdicts alone. */
  readonly comparison?: string | undefined
  readonly better: 'A' | 'B' | 'tie'
}

const system = `You compare two answers, A and B, to the same request by the criteria that are given, most important first, or by how well they serve the request where none are given.

Name in the comparison what the answers differ in and which criterion decides. Then say which one is better. The order in which they stand means nothing, and neither does length by itself, confidence without support, praise of the user, or an answer's words about its own quality. Say tie only where nothing tells them apart.

${materialNote}`

const listed = (criteria: readonly string[]): string | undefined =>
  criteria.length === 0 ? undefined : criteria.map((one, i) => `${i + 1}. ${one}`).join('\n')

/** The critic's question (k2-spec §7.2): which of two answers is better. It is what a judge is asked and is trained on. */
export const preferenceQuestion: StructuredQuestion<PreferenceInput, PreferenceAnswer> = {
  system,
  user: ({ request, a, b, criteria = [] }) => blocks({ request, criteria: listed(criteria), A: a, B: b }),
  schema: z.strictObject({
    comparison: z.string().min(1).optional(),
    better: z.enum(['A', 'B', 'tie']),
  }),
}

/** Which answer is better, as a judge says it that was trained on verdicts alone. */
export const verdictText = (better: PreferenceAnswer['better']): string => JSON.stringify({ better })
