import { z } from 'zod'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import { type Check, failureKinds, type PlanValue, type Task, taskFamilies } from '../../world/task.ts'
import { applicationSchema } from '../tools/application-schema.ts'
import { value } from '../tools/semantics-schema.ts'
import { ruleChecks } from './check-schema.ts'

const name = z.string().min(1)
const row = z.record(z.string(), value)

const tools = z.array(name)
const check: z.ZodType<Check> = z.discriminatedUnion('kind', [
  ...ruleChecks,
  z.strictObject({ kind: z.literal('tests') }),
])
const checks = z.array(z.strictObject({ name, check }))
const rubric = z.strictObject({
  success: checks,
  pattern: checks,
  checkpoints: checks,
  judged: z.array(z.strictObject({ name, criterion: z.string() })),
})

const place = z.strictObject({ result: z.int().nonnegative(), path: z.array(z.union([z.string(), z.int()])) })
const planValue: z.ZodType<PlanValue> = z.lazy(() => z.union([value, place, z.array(planValue)]))
const call = z.strictObject({ tool: name, arguments: z.record(z.string(), planValue) })
const step = z.union([
  z.strictObject({ calls: z.array(call).min(1), say: z.exactOptional(z.string()) }),
  z.strictObject({ say: z.string() }),
])

const schema: z.ZodType<Task> = z.strictObject({
  version: z.literal(1),
  id: name,
  family: z.enum(taskFamilies),
  difficulty: z.number().min(1).max(4),
  seed: z.number(),
  agent: z.strictObject({ id: name, systemPrompt: z.string().nullable(), tools }),
  user: z.strictObject({
    persona: z.string(),
    goal: z.string(),
    moves: z.array(z.strictObject({ when: z.enum(['first', 'asked', 'answered']), text: z.string() })).min(1),
  }),
  application: applicationSchema,
  state: z.record(z.string(), z.record(z.string(), row)),
  failures: z.array(z.strictObject({ tool: name, nth: z.int().nonnegative(), kind: z.enum(failureKinds) })),
  rubric,
  oracle: z.array(step),
  code: z.exactOptional(
    z.strictObject({
      language: z.enum(['javascript', 'python']),
      files: z.record(z.string(), z.string()),
      tests: z.string(),
    }),
  ),
})

/** What names something that is not there: tools of the agent, tools and tables of checks and the plan. */
function lostName({
  agent,
  application: app,
  rubric: { success, pattern, checkpoints },
  oracle,
}: Task): string | undefined {
  const known = new Set(app.tools.map(({ declaration }) => declaration.function.name))
  const lost = agent.tools.find((one) => !known.has(one))
  if (lost !== undefined) return `agent.tools: ${lost} is no tool of ${app.name}`
  const planned = oracle.flatMap((one) => ('calls' in one ? one.calls.map((made) => made.tool) : []))
  const unplanned = planned.find((one) => !known.has(one))
  if (unplanned !== undefined) return `oracle: ${unplanned} is no tool of ${app.name}`
  const tables = new Set(app.tables.map((one) => one.name))
  const checked = [...success, ...pattern, ...checkpoints].find(
    ({ check: one }) => 'table' in one && !tables.has(one.table),
  )
  return checked && `rubric: the check "${checked.name}" is about a table that ${app.name} does not have`
}

/**
 * A task of a file.
 *
 * @param where begins the message: file and line
 * @throws UserError where it is none: with the places, or that it is of a newer version
 */
export function readTask(input: unknown, where: string): Task {
  const version = (input as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > 1)
    throw new UserError(
      `${where}: a task of version ${version}; this program reads version 1. Update it to read the file.`,
    )
  const task = parseAs(schema, input, where)
  const problem = lostName(task)
  if (problem !== undefined) throw new UserError(`${where}: ${problem}`)
  return task
}
