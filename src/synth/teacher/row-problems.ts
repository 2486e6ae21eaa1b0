import type { Column, Row, Table, Value, WorldState } from '../../world/state.ts'

type Rules = {
  readonly [Type in Column['type']]: (column: Extract<Column, { type: Type }>, value: Value) => boolean
}

const inRange = (column: { readonly minimum: number; readonly maximum: number }, value: Value): boolean =>
  typeof value === 'number' && value >= column.minimum && value <= column.maximum

const fits: Rules = {
  text: (_, value) => typeof value === 'string',
  integer: (column, value) => Number.isSafeInteger(value) && inRange(column, value),
  number: inRange,
  boolean: (_, value) => typeof value === 'boolean',
  enum: ({ values }, value) => values.includes(value as string),
  date: (_, value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
  reference: (_, value) => typeof value === 'string',
}

/** What a column takes, in words. */
export function columnText(column: Column): string {
  if (column.type === 'enum') return `one of ${column.values.join(', ')}`
  if (column.type === 'integer' || column.type === 'number')
    return `${column.type} from ${column.minimum} to ${column.maximum}`
  if (column.type === 'reference') return `a key of ${column.table}`
  return column.type === 'date' ? 'a date as YYYY-MM-DD' : column.type
}

/**
 * What is wrong with a row, one sentence each. null is right in every column: it is what a row has that was made
 * without a value.
 *
 * @param state in which references must be found
 */
export function rowProblems(table: Table, key: string, row: Row, state: WorldState): readonly string[] {
  const place = `${table.name}/${key}`
  const unknown = Object.keys(row).filter((name) => !Object.hasOwn(table.columns, name))
  const problems = unknown.map((name) => `${place}: there is no column ${name}`)
  if (!key.startsWith(table.keyPrefix)) problems.push(`${place}: keys begin with ${table.keyPrefix}`)
  for (const [name, column] of Object.entries(table.columns)) {
    const value = row[name]
    if (value === undefined) problems.push(`${place}: ${name} is missing`)
    else if (
      value !== null &&
      !(fits[column.type] as (column: Column, value: Value) => boolean)(column, value)
    )
      problems.push(`${place}: ${name} is ${JSON.stringify(value)}, expected ${columnText(column)}`)
    else if (column.type === 'reference' && value !== null && !state[column.table]?.[String(value)])
      problems.push(`${place}: ${name} is ${JSON.stringify(value)}, which is no key of ${column.table}`)
  }
  return problems
}

/** What is wrong with a state; references may lead to any of its rows. */
export function stateProblems(tables: readonly Table[], state: WorldState): readonly string[] {
  const named = new Map(tables.map((table) => [table.name, table]))
  return Object.entries(state).flatMap(([name, rows]) => {
    const table = named.get(name)
    if (table === undefined) return [`there is no table ${name}; there are ${[...named.keys()].join(', ')}`]
    return Object.entries(rows).flatMap(([key, row]) => rowProblems(table, key, row, state))
  })
}
