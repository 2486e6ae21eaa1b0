import { z } from 'zod'
import { readJsonLines } from '../../files/json-lines.ts'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import type { Application } from '../../world/application.ts'
import type { Condition, Formula, Guard, Semantics, Term } from '../../world/semantics.ts'
import type { Column, Table } from '../../world/state.ts'
import { applicationProblems } from './application-problems.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const name = z.string().min(1)

const term: z.ZodType<Term> = z.union([
  z.strictObject({ param: name }),
  z.strictObject({ value }),
  z.strictObject({ column: name }),
])

const formula: z.ZodType<Formula> = z.lazy(() =>
  z.union([
    term,
    z.strictObject({ op: z.enum(['+', '-', '*', '/', 'min', 'max']), args: z.array(formula).min(1) }),
    z.strictObject({ op: z.literal('round'), args: z.tuple([formula]), digits: z.int().min(0).max(12) }),
  ]),
)

const condition: z.ZodType<Condition> = z.strictObject({
  column: name,
  is: z.enum(['=', '!=', '<=', '>=', 'contains', 'in']),
  term: z.union([term, z.strictObject({ values: z.array(value) })]),
})

const guard: z.ZodType<Guard> = z.strictObject({ condition, message: z.string() })
const set = z.record(name, formula)
const sort = z.strictObject({ column: name, descending: z.boolean().exactOptional() })

const semantics: z.ZodType<Semantics> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('get'), table: name, key: term, columns: z.array(name).exactOptional() }),
  z.strictObject({
    kind: z.literal('search'),
    table: name,
    where: z.array(condition),
    columns: z.array(name),
    limit: z.int().min(1),
    sort: sort.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('aggregate'),
    table: name,
    where: z.array(condition),
    function: z.enum(['count', 'sum', 'mean', 'minimum', 'maximum']),
    column: name.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('create'), table: name, set }),
  z.strictObject({ kind: z.literal('update'), table: name, key: term, guards: z.array(guard), set }),
  z.strictObject({ kind: z.literal('remove'), table: name, key: term, guards: z.array(guard) }),
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
  z.strictObject({ kind: z.literal('script'), source: z.string().min(1) }),
])

const described = { description: z.string().exactOptional() }
const column: z.ZodType<Column> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), pool: z.string().exactOptional(), ...described }),
  z.strictObject({
    type: z.enum(['integer', 'number']),
    minimum: z.number(),
    maximum: z.number(),
    unit: z.string().exactOptional(),
    ...described,
  }),
  z.strictObject({ type: z.literal('boolean'), ...described }),
  z.strictObject({ type: z.literal('enum'), values: z.array(z.string()).min(1), ...described }),
  z.strictObject({ type: z.literal('date'), ...described }),
  z.strictObject({ type: z.literal('reference'), table: name, ...described }),
])

const table: z.ZodType<Table> = z.strictObject({
  name,
  singular: name,
  key: name,
  keyPrefix: z.string(),
  columns: z.record(name, column),
})

const declaration = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name,
    description: z.string().exactOptional(),
    parameters: z.union([z.boolean(), z.record(z.string(), z.unknown())]).exactOptional(),
    strict: z.boolean().exactOptional(),
  }),
})

/** An application as it stands in a file, whoever made it. */
export const applicationSchema: z.ZodType<Application> = z.strictObject({
  name,
  domain: name,
  description: z.string(),
  tables: z.array(table),
  tools: z.array(z.strictObject({ declaration, semantics: semantics.exactOptional() })),
})

export interface ReadApplicationsOptions {
  /**
   * Whether the schemas of tools are compiled, which takes some five milliseconds each. Default true; a file that was
   * checked before, or that the generator wrote, can do without.
   */
  readonly schemas?: boolean
}

/**
 * An application of a file, checked whole: its form, its tools' schemas, and what semantics refer to.
 *
 * @param where begins every message
 * @throws UserError with a line for each problem
 */
export function parseApplication(
  input: unknown,
  where: string,
  options: ReadApplicationsOptions = {},
): Application {
  const application = parseAs(applicationSchema, input, where)
  const problems = applicationProblems(application, options)
  if (problems.length > 0) throw new UserError(`${where}: ${problems.join('\n  ')}`)
  return application
}

/** The applications of a file with one on each line, `applications.jsonl`. @throws UserError naming file and line */
export async function* readApplications(
  path: string,
  options: ReadApplicationsOptions = {},
): AsyncGenerator<Application> {
  for await (const { line, value } of readJsonLines(path))
    yield parseApplication(value, `${path}:${line}`, options)
}
