import { z } from 'zod'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'
import { idsReferenceSchema, messageSchema } from './message-schema.ts'
import { recordLength } from './token-record.ts'

/** The version of the format that is written. Files of later ones are refused. */
export const trajectoryVersion = 1

/** Kept as it is: a record of zod's would lose a key named `__proto__`. */
const free = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Invalid input: expected an object',
)
const share = z.number().min(0).max(1)

const tokensReferenceSchema = z
  .strictObject({
    ...idsReferenceSchema.shape,
    count: z.int().min(0),
    log_probs: z.boolean(),
    runs: z.int().min(0),
  })
  .refine((reference) => reference.length === recordLength(reference), {
    message: 'length is not that of so many tokens and runs',
  })

const nodeSchema = z.strictObject({
  parent: z.int().min(-1),
  author: z.string(),
  message: messageSchema,
  tokens: tokensReferenceSchema.optional(),
  meta: free.optional(),
})

const outcomeSchema = z.strictObject({
  reward: share.nullable(),
  parts: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['rule', 'judge', 'tests']),
      score: share,
      passed: z.boolean(),
      detail: z.string().optional(),
    }),
  ),
  status: z.enum(['completed', 'truncated', 'aborted', 'failed']),
  stop: z.string(),
  fault: z.enum(['assistant', 'user', 'tools', 'environment', 'infrastructure']).optional(),
})

/** A line of a trajectory file. */
const lineSchema = z.strictObject({
  version: z.literal(trajectoryVersion),
  id: z.string(),
  task: z.strictObject({ set: z.string(), id: z.string(), digest: z.string() }),
  seed: z.number(),
  environment: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  models: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      template: z.string().optional(),
      sampling: z.record(z.string(), z.number()).optional(),
    }),
  ),
  tools: z.array(z.unknown()),
  nodes: z.array(nodeSchema),
  outcome: outcomeSchema.optional(),
  lineage: z
    .strictObject({
      parent: z.string().optional(),
      stage: z.string().optional(),
      keys: z.array(z.string()),
    })
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
})

export type TrajectoryLine = z.output<typeof lineSchema>

/**
 * A line's value by its schema.
 *
 * @param where file and line, which begin every message
 * @throws UserError with the path of what is wrong, and for a line of a newer version of the format
 */
export function readTrajectoryLine(value: unknown, where: string): TrajectoryLine {
  const { version } = (value ?? {}) as { readonly version?: unknown }
  if (typeof version === 'number' && version > trajectoryVersion)
    throw new UserError(
      `${where}: written in version ${version} of the trajectory format; this tsukimi reads up to version ${trajectoryVersion}. Update tsukimi, or let the program that wrote the file write version ${trajectoryVersion}`,
    )
  return parseAs(lineSchema, value, where)
}
