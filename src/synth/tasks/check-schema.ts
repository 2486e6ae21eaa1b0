import { z } from 'zod'
import { value } from '../tools/semantics-schema.ts'

const name = z.string().min(1)
const count = z.int().nonnegative()

/** Checks that a program decides from the state and the calls. */
export const ruleChecks = [
  z
    .strictObject({ kind: z.literal('column'), table: name, key: name, column: name, equals: value })
    .describe('at the end the column of this row has this value'),
  z
    .strictObject({ kind: z.literal('rows'), table: name, where: z.record(name, value), count })
    .describe('at the end so many rows have these values'),
  z
    .strictObject({ kind: z.literal('unchanged'), except: z.array(name) })
    .describe('nothing else was changed: exceptions are table/key, or table/* for any row'),
  z
    .strictObject({
      kind: z.literal('called'),
      tool: name,
      arguments: z.exactOptional(z.record(name, z.json())),
      atLeast: z.exactOptional(count),
      atMost: z.exactOptional(count),
    })
    .describe('a call that did not fail, with at least these arguments'),
  z.strictObject({ kind: z.literal('not_called'), tool: z.exactOptional(name) }),
  z.strictObject({ kind: z.literal('order'), first: name, second: name }),
  z
    .strictObject({ kind: z.literal('together'), tools: z.array(name).min(2) })
    .describe('calls of these tools in one turn'),
  z
    .strictObject({ kind: z.literal('said'), anyOf: z.array(name).min(1) })
    .describe('an answer to the user has one of these texts'),
  z
    .strictObject({ kind: z.literal('asked'), before: z.array(name) })
    .describe('the user was asked before any call of these tools'),
] as const
