import { z } from 'zod'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import { failureKinds, type Task, taskFamilies } from '../../world/task.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const row = z.record(z.string(), value)
const name = z.string().min(1)

const param = z.strictObject({ param: name })
const constant = z.strictObject({ value })
const columnTerm = z.strictObject({ column: name })
const term = z.union([param, constant, columnTerm])
const formula: z.ZodType = z.lazy(() =>
  z.union([
    term,
    z.strictObject({ op: z.enum(['+', '-', '*', '/', 'min', 'max']), args: z.array(formula).min(1) }),
    z.strictObject({ op: z.literal('round'), args: z.array(formula).length(1), digits: z.int() }),
  ]),
)
const condition = z.strictObject({
  column: name,
  is: z.enum(['=', '!=', '<=', '>=', 'contains', 'in']),
  term: z.union([term, z.strictObject({ values: z.array(value) })]),
})
const guards = z.array(z.strictObject({ condition, message: z.string() }))
const sort = z.strictObject({ column: name, descending: z.boolean().optional() })
const set = z.record(z.string(), formula)
const semantics = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('get'), table: name, key: term, columns: z.array(name).optional() }),
  z.strictObject({
    kind: z.literal('search'),
    table: name,
    where: z.array(condition),
    columns: z.array(name),
    limit: z.int().positive(),
    sort: sort.optional(),
  }),
  z.strictObject({
    kind: z.literal('aggregate'),
    table: name,
    where: z.array(condition),
    function: z.enum(['count', 'sum', 'mean', 'minimum', 'maximum']),
    column: name.optional(),
  }),
  z.strictObject({ kind: z.literal('create'), table: name, set }),
  z.strictObject({ kind: z.literal('update'), table: name, key: term, guards, set }),
  z.strictObject({ kind: z.literal('remove'), table: name, key: term, guards }),
  z.strictObject({
    kind: z.literal('transfer'),
    table: name,
    from: term,
    to: term,
    column: name,
    amount: formula,
    floor: z.number(),
  }),
  z.strictObject({ kind: z.literal('compute'), result: name, formula }),
  z.strictObject({ kind: z.literal('script'), source: z.string() }),
])

const description = z.string().optional()
const range = { minimum: z.number(), maximum: z.number(), unit: z.string().optional(), description }
const column = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), pool: z.string().optional(), description }),
  z.strictObject({ type: z.literal('integer'), ...range }),
  z.strictObject({ type: z.literal('number'), ...range }),
  z.strictObject({ type: z.literal('boolean'), description }),
  z.strictObject({ type: z.literal('enum'), values: z.array(z.string()).min(1), description }),
  z.strictObject({ type: z.literal('date'), description }),
  z.strictObject({ type: z.literal('reference'), table: name, description }),
])
const table = z.strictObject({
  name,
  singular: name,
  key: name,
  keyPrefix: z.string(),
  columns: z.record(z.string(), column),
})
const tool = z.strictObject({
  declaration: z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name,
      description,
      parameters: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
      strict: z.boolean().optional(),
    }),
  }),
  semantics: semantics.optional(),
})
const application = z.strictObject({
  name,
  domain: name,
  description: z.string(),
  tables: z.array(table),
  tools: z.array(tool),
})

const tools = z.array(name)
const check = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('column'), table: name, key: name, column: name, equals: value }),
  z.strictObject({ kind: z.literal('rows'), table: name, where: row, count: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('unchanged'), except: z.array(name) }),
  z.strictObject({
    kind: z.literal('called'),
    tool: name,
    arguments: z.record(z.string(), z.unknown()).optional(),
    atLeast: z.int().nonnegative().optional(),
    atMost: z.int().nonnegative().optional(),
  }),
  z.strictObject({ kind: z.literal('not_called'), tool: name.optional() }),
  z.strictObject({ kind: z.literal('order'), first: name, second: name }),
  z.strictObject({ kind: z.literal('together'), tools }),
  z.strictObject({ kind: z.literal('said'), anyOf: z.array(name).min(1) }),
  z.strictObject({ kind: z.literal('asked'), before: tools }),
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
const planValue: z.ZodType = z.lazy(() => z.union([value, place, z.array(planValue)]))
const call = z.strictObject({ tool: name, arguments: z.record(z.string(), planValue) })
const step = z.union([
  z.strictObject({ calls: z.array(call).min(1), say: z.string().optional() }),
  z.strictObject({ say: z.string() }),
])

const schema = z.strictObject({
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
  application,
  state: z.record(z.string(), z.record(z.string(), row)),
  failures: z.array(z.strictObject({ tool: name, nth: z.int().nonnegative(), kind: z.enum(failureKinds) })),
  rubric,
  oracle: z.array(step),
  code: z
    .strictObject({
      language: z.enum(['javascript', 'python']),
      files: z.record(z.string(), z.string()),
      tests: z.string(),
    })
    .optional(),
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
  const task = parseAs(schema, input, where) as unknown as Task
  const problem = lostName(task)
  if (problem !== undefined) throw new UserError(`${where}: ${problem}`)
  return task
}
