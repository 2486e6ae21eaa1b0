import { z } from 'zod'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import { blocks, materialNote } from './model-prose.ts'

export interface JudgeInput {
  /** What the assistant was told. */
  readonly instructions: string
  readonly tools: readonly { readonly name: string; readonly description?: string }[]
  /** What the user wanted and did not tell at once. */
  readonly goal: string
  readonly transcript: string
  readonly criteria: readonly { readonly name: string; readonly criterion: string }[]
}

export interface JudgeAnswer {
  readonly verdicts: readonly { readonly name: string; readonly evidence: string; readonly passed: boolean }[]
  readonly fault: 'none' | 'assistant' | 'user' | 'tools'
}

const system = `You judge how an assistant with tools served a user. You are given what the assistant was told, the user's goal, which the assistant did not see, the numbered transcript, and criteria.

For each criterion, in the order given
- evidence: what in the transcript decides it, with the numbers of the messages, in one or two sentences;
- passed: true only where the evidence shows that it is met. What the assistant says it did counts only where a call and its result show it. A criterion on something that never came up is met.

Judge each criterion by itself, by what it says, and not by your taste, the length or the politeness of answers. Another way to the goal than you would go is fine.

fault says whose failure it is if the user did not get what the goal asks for: assistant; user, where the person left the role, made facts up or gave up too early; tools, where results contradict each other or the tools' descriptions. Failures of tools that the assistant could have dealt with are the assistant's. none where nothing failed.

${materialNote}`

/** Stage 3: criteria that only a reader can decide. */
export const judgePrompt: VersionedPrompt<JudgeInput, JudgeAnswer> = {
  name: 'judge',
  version: 1,
  system,
  user: ({ instructions, tools, goal, transcript, criteria }) =>
    blocks({
      instructions,
      tools: tools.map(({ name, description = '' }) => `${name}: ${description}`).join('\n'),
      goal,
      transcript,
      criteria: criteria.map(({ name, criterion }) => `${name}: ${criterion}`).join('\n'),
    }),
  schema: z.strictObject({
    verdicts: z.array(z.strictObject({ name: z.string(), evidence: z.string().min(1), passed: z.boolean() })),
    fault: z.enum(['none', 'assistant', 'user', 'tools']),
  }),
  temperature: 0,
  maxTokens: 4096,
  problems({ verdicts }, { criteria }) {
    const wanted = criteria.map(({ name }) => name)
    const given = verdicts.map(({ name }) => name)
    const isSame = wanted.length === given.length && wanted.every((name, i) => name === given[i])
    return isSame ? [] : [`verdicts: one each for ${wanted.join(', ')}, in this order`]
  },
}
