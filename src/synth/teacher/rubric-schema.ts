import { z } from 'zod'
import type { Check, RubricCheck } from '../../world/task.ts'
import { ruleChecks } from '../tasks/check-schema.ts'

const words = z.string().min(1)

/** Tests belong to tasks of code, which come from elsewhere. */
const check: z.ZodType<Exclude<Check, { kind: 'tests' }>> = z.discriminatedUnion('kind', ruleChecks)

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
