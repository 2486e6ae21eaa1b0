import { z } from 'zod'
import type { WorldTool } from '../../world/application.ts'
import type { Column, Table } from '../../world/state.ts'
import { semanticsSchema } from '../tools/semantics-schema.ts'
import { plainColumns } from '../tools/table-schema.ts'

/** How a model names what it makes. */
export const identifier = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'snake_case of at most 64 letters')
const words = z.string().min(1)

const column: z.ZodType<Column> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), description: z.exactOptional(z.string()) }),
  ...plainColumns,
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

const tool: z.ZodType<WorldTool> = z.strictObject({
  declaration: z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: identifier,
      description: words,
      parameters: z.looseObject({ type: z.literal('object') }).describe('a JSON Schema of the arguments'),
    }),
  }),
  semantics: semanticsSchema,
})

/** An application as a model designs it, stricter than a file's; its domain is known before. */
export const designedApplication = z.strictObject({
  name: identifier,
  description: words,
  tables: z.array(table).min(1),
  tools: z.array(tool).min(1),
})
export type DesignedApplication = z.infer<typeof designedApplication>
