import type { Column } from '../../world/state.ts'
import { poolNamed } from './pools/pools.ts'
import type { Style } from './style.ts'
import type { Thing } from './thing.ts'
import type { ColumnSeed } from './vocabulary.ts'
import { capital, pluralOf, spoken } from './words.ts'

export interface Parameter {
  readonly name: string
  readonly schema: Readonly<Record<string, unknown>>
  readonly required: boolean
}

const units = new Set(
  'kg g km m m2 m3 cm mm px kb mb gb tb hours minutes seconds days percent c usd w watts mg ml litres ppm kwh'.split(
    ' ',
  ),
)

/** `weight_kg` without its unit, which is told with the value. */
const quantity = (name: string): string => {
  const parts = name.split('_')
  return parts.length > 1 && units.has(parts.at(-1)!) ? parts.slice(0, -1).join(' ') : parts.join(' ')
}

const unitText = ({ unit }: { readonly unit?: string }): string => (unit === undefined ? '' : ` in ${unit}`)

type Described = Column | ColumnSeed
type Rule<Type> = (
  name: string,
  column: Described & { readonly type: Type },
  of: string,
  things: readonly Thing[],
) => Readonly<Record<string, unknown>>

type NumberColumn = Extract<Column, { readonly minimum: number }>

const number = (name: string, column: NumberColumn, of: string): Readonly<Record<string, unknown>> => ({
  type: column.type,
  minimum: column.minimum,
  maximum: column.maximum,
  description: `${capital(quantity(name))}${of}${name.endsWith(column.unit ?? '?') ? '' : unitText(column)}, ${column.minimum} to ${column.maximum}`,
})

const key: (
  table: string,
  of: string,
  name: string,
  things: readonly Thing[],
) => Readonly<Record<string, unknown>> = (table, of, name, things) => {
  const thing = things.find((one) => one.table.name === table)
  const example = thing === undefined ? '' : `, such as ${thing.table.keyPrefix}1001`
  return { type: 'string', description: `Key of the ${spoken(name.replace(/_id$/, ''))}${of}${example}` }
}

const rules: { readonly [Type in Described['type']]: Rule<Type> } = {
  text: (name, { pool }, of) => {
    const noun = poolNamed(pool)?.noun
    const known = noun === undefined || spoken(name).endsWith(noun.replace(/^an? /, ''))
    return {
      type: 'string',
      minLength: 1,
      ...(pool === 'email' ? { format: 'email' } : {}),
      description: `${capital(spoken(name))}${of}${known ? '' : `, ${noun}`}`,
    }
  },
  integer: number,
  number,
  boolean: (name, _, of) => ({
    type: 'boolean',
    description: `${capital(spoken(name))}${of}: true or false`,
  }),
  enum: (name, { values }, of) => ({
    type: 'string',
    enum: values,
    description: `${capital(spoken(name))}${of}`,
  }),
  date: (name, _, of) => ({
    type: 'string',
    format: 'date',
    description: `${capital(spoken(name))}${of}, YYYY-MM-DD`,
  }),
  reference: (name, { table }, of, things) => key(table, of, name, things),
  entity: (name, { entity }, of, things) => key(pluralOf(entity), of, name, things),
}

interface ColumnParameterOptions {
  readonly of?: string
  readonly required?: boolean
  /** Instead of the name, in the description. */
  readonly label?: string
  readonly things: readonly Thing[]
}

/** A parameter that takes a column's values. `of` is what it belongs to, ` of the shipment`. */
export function columnParameter(
  name: string,
  column: Described,
  { of = '', required = true, things, label = name }: ColumnParameterOptions,
): Parameter {
  const rule = rules[column.type] as Rule<Described['type']>
  return { name, schema: rule(label, column as never, of, things), required }
}

/** One or more values of a column with few. */
export const anyOfParameter = (name: string, values: readonly string[], of: string): Parameter => ({
  name,
  schema: {
    type: 'array',
    items: { type: 'string', enum: values },
    minItems: 1,
    maxItems: values.length,
    description: `Any of these, as ${spoken(name)}${of}`,
  },
  required: false,
})

/** The parameter that says which thing. */
export const keyParameter = (
  { table, noun }: Thing,
  style: Style,
  name = style.keyName(table.key),
): Parameter => ({
  name,
  schema: {
    type: 'string',
    ...(style.keyPattern ? { pattern: `^${table.keyPrefix}[0-9]+$` } : {}),
    description: `Key of the ${noun}, such as ${table.keyPrefix}1001`,
  },
  required: true,
})
