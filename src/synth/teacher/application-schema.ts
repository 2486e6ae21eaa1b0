import { z } from 'zod'
import type { WorldTool } from '../../world/application.ts'
import type { Condition, Formula, Guard, Semantics, Term } from '../../world/semantics.ts'
import type { Column, Table } from '../../world/state.ts'

/** The form in which a model designs an application: the same data that worlds run. */

export const identifier = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'snake_case of at most 64 letters')
const words = z.string().min(1)
const description = z.exactOptional(z.string())

export const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

const column: z.ZodType<Column> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), description }),
  z.strictObject({
    type: z.enum(['integer', 'number']),
    minimum: z.number(),
    maximum: z.number(),
    unit: z.exactOptional(z.string()),
    description,
  }),
  z.strictObject({ type: z.literal('boolean'), description }),
  z.strictObject({ type: z.literal('enum'), values: z.array(words).min(2), description }),
  z.strictObject({ type: z.literal('date').describe('YYYY-MM-DD'), description }),
  z.strictObject({ type: z.literal('reference'), table: identifier, description }),
])

const table: z.ZodType<Table> = z.strictObject({
  name: identifier.describe('plural, such as orders'),
  singular: identifier,
  key: identifier.describe('column of the key, such as order_id'),
  keyPrefix: z
    .string()
    .regex(/^[A-Z]{2,6}-$/, 'capital letters and a dash')
    .describe('how keys begin, such as ORD-; digits follow'),
  columns: z.record(identifier, column).describe('without the key'),
})

const term: z.ZodType<Term> = z.union([
  z.strictObject({ param: words.describe('a parameter of the call') }),
  z.strictObject({ value }),
  z.strictObject({ column: words.describe('a column of the row under work') }),
])

const formula: z.ZodType<Formula> = z.lazy(() =>
  z.union([
    term,
    z.strictObject({ op: z.enum(['+', '-', '*', '/', 'min', 'max']), args: z.array(formula).min(1) }),
    z.strictObject({
      op: z.literal('round'),
      args: z.tuple([formula]),
      digits: z.int().min(0).max(9),
    }),
  ]),
)

const condition: z.ZodType<Condition> = z.strictObject({
  column: words,
  is: z.enum(['=', '!=', '<=', '>=', 'contains', 'in']),
  term: z.union([term, z.strictObject({ values: z.array(value) })]),
})

const guard: z.ZodType<Guard> = z.strictObject({
  condition,
  message: words.describe(
    'what the caller is told where it does not hold; {column} and {param} are filled in',
  ),
})

const set = z.record(words, formula)
const where = z.array(condition)

const semantics: z.ZodType<Semantics> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('get'),
    table: words,
    key: term,
    columns: z.exactOptional(z.array(words)),
  }),
  z.strictObject({
    kind: z.literal('search'),
    table: words,
    where,
    columns: z.array(words),
    limit: z.int().positive(),
    sort: z.exactOptional(z.strictObject({ column: words, descending: z.exactOptional(z.boolean()) })),
  }),
  z.strictObject({
    kind: z.literal('aggregate'),
    table: words,
    where,
    function: z.enum(['count', 'sum', 'mean', 'minimum', 'maximum']),
    column: z.exactOptional(words),
  }),
  z.strictObject({ kind: z.literal('create'), table: words, set }),
  z.strictObject({ kind: z.literal('update'), table: words, key: term, guards: z.array(guard), set }),
  z.strictObject({ kind: z.literal('remove'), table: words, key: term, guards: z.array(guard) }),
  z.strictObject({
    kind: z.literal('transfer'),
    table: words,
    from: term,
    to: term,
    column: words,
    amount: formula,
    floor: z.number(),
  }),
  z.strictObject({ kind: z.literal('compute'), result: words, formula }),
  z.strictObject({ kind: z.literal('script'), source: words }),
])

const tool: z.ZodType<WorldTool> = z.strictObject({
  declaration: z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: identifier,
      description: words,
      parameters: z.looseObject({ type: z.literal('object') }).describe('a JSON Schema of the arguments'),
    }),
  }),
  semantics,
})

/** An application as a model designs it; its domain is known before. */
export const designedApplication = z.strictObject({
  name: identifier,
  description: words,
  tables: z.array(table).min(1),
  tools: z.array(tool).min(1),
})
export type DesignedApplication = z.infer<typeof designedApplication>
