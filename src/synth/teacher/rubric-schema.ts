import { z } from 'zod'
import type { Check, RubricCheck } from '../../world/task.ts'
import { value } from './application-schema.ts'

const words = z.string().min(1)
const count = z.int().nonnegative()

/** Checks that a program decides; tests belong to tasks of code, which come from elsewhere. */
export const check: z.ZodType<Exclude<Check, { kind: 'tests' }>> = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('column'), table: words, key: words, column: words, equals: value })
    .describe('at the end the column of this row has this value'),
  z
    .strictObject({ kind: z.literal('rows'), table: words, where: z.record(words, value), count })
    .describe('at the end so many rows have these values'),
  z
    .strictObject({ kind: z.literal('unchanged'), except: z.array(words) })
    .describe('nothing else was changed: exceptions are table/key, or table/* for any row'),
  z
    .strictObject({
      kind: z.literal('called'),
      tool: words,
      arguments: z.exactOptional(z.record(words, z.json())),
      atLeast: z.exactOptional(count),
      atMost: z.exactOptional(count),
    })
    .describe('a call that did not fail, with at least these arguments'),
  z.strictObject({ kind: z.literal('not_called'), tool: z.exactOptional(words) }),
  z.strictObject({ kind: z.literal('order'), first: words, second: words }),
  z
    .strictObject({ kind: z.literal('together'), tools: z.array(words).min(2) })
    .describe('calls of these tools in one turn'),
  z
    .strictObject({ kind: z.literal('said'), anyOf: z.array(words).min(1) })
    .describe('an answer to the user has one of these texts'),
  z
    .strictObject({ kind: z.literal('asked'), before: z.array(words) })
    .describe('the user was asked before any call of these tools'),
])

const rubricCheck: z.ZodType<RubricCheck> = z.strictObject({ name: words.max(80), check })

export const rubric = z.strictObject({
  success: z.array(rubricCheck).min(1).describe('what must be so at the end'),
  pattern: z.array(rubricCheck).describe('how tools are expected to be used'),
  checkpoints: z.array(rubricCheck).describe('intermediate places on the way'),
  judged: z
    .array(z.strictObject({ name: words.max(80), criterion: words }))
    .max(5)
    .describe('only what no program can tell'),
})
