import { z } from 'zod'
import type { Condition, Formula, Guard, Semantics, Term } from '../../world/semantics.ts'

const name = z.string().min(1)

/** A value of a row. */
export const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

const term: z.ZodType<Term> = z.union([
  z.strictObject({ param: name.describe('a parameter of the call') }),
  z.strictObject({ value }),
  z.strictObject({ column: name.describe('a column of the row under work') }),
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

const guard: z.ZodType<Guard> = z.strictObject({
  condition,
  message: name.describe(
    'what the caller is told where it does not hold; {column} and {param} are filled in',
  ),
})

const set = z.record(name, formula)
const where = z.array(condition)
const guards = z.array(guard)
const sort = z.strictObject({ column: name, descending: z.exactOptional(z.boolean()) })

/** What a tool does, as it stands in files and in what models design. */
export const semanticsSchema: z.ZodType<Semantics> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('get'),
    table: name,
    key: term,
    columns: z.exactOptional(z.array(name)),
  }),
  z.strictObject({
    kind: z.literal('search'),
    table: name,
    where,
    columns: z.array(name),
    limit: z.int().positive(),
    sort: z.exactOptional(sort),
  }),
  z.strictObject({
    kind: z.literal('aggregate'),
    table: name,
    where,
    function: z.enum(['count', 'sum', 'mean', 'minimum', 'maximum']),
    column: z.exactOptional(name),
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
  z.strictObject({ kind: z.literal('script'), source: name }),
])
