import { z } from 'zod'
import type { Column, Table } from '../../world/state.ts'

const name = z.string().min(1)
const description = z.exactOptional(z.string())

/** What a column holds that draws no texts of a pool. */
export const plainColumns = [
  z.strictObject({
    type: z.enum(['integer', 'number']),
    minimum: z.number(),
    maximum: z.number(),
    unit: z.exactOptional(z.string()),
    description,
  }),
  z.strictObject({ type: z.literal('boolean'), description }),
  z.strictObject({ type: z.literal('enum'), values: z.array(name).min(1), description }),
  z.strictObject({ type: z.literal('date').describe('YYYY-MM-DD'), description }),
  z.strictObject({ type: z.literal('reference'), table: name, description }),
] as const

const column: z.ZodType<Column> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), pool: z.exactOptional(z.string()), description }),
  ...plainColumns,
])

/** A table as it stands in a file. */
export const tableSchema: z.ZodType<Table> = z.strictObject({
  name,
  singular: name,
  key: name,
  keyPrefix: z.string(),
  columns: z.record(name, column),
})
