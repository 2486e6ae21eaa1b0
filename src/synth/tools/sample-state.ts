import { type Draws, draws } from '../../draws.ts'
import type { Application } from '../../world/application.ts'
import type { Column, Row, Rows, Table, Value, WorldState } from '../../world/state.ts'
import { poolText } from './pools/pool-text.ts'
import { poolNamed } from './pools/pools.ts'

export interface SampleStateOptions {
  readonly seed: number
  /** Of each table. */
  readonly rows: number
}

const firstDay = Date.UTC(2024, 0, 1)
const days = 3 * 365
const dayText = (day: number): string => new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10)

/** Two digits after the point, and fewer where a range is wide enough to do without. */
const rounded = (x: number, range: number): number => {
  const scale = range >= 1000 ? 10 : 100
  return Math.round(x * scale) / scale
}

type Rule<Type> = (column: Column & { readonly type: Type }, draw: Draws, keys: Keys) => Value
type Keys = Readonly<Record<string, readonly string[]>>
type NumberColumn = Extract<Column, { readonly minimum: number }>

const rules: { readonly [Type in Exclude<Column['type'], 'date'>]: Rule<Type> } = {
  text: ({ pool: name }, draw) => poolText(poolNamed(name) ?? poolNamed('document_title')!, draw),
  integer: ({ minimum, maximum }: NumberColumn, draw) => draw.integer(minimum, maximum),
  number({ minimum, maximum }: NumberColumn, draw) {
    const value = rounded(minimum + draw.unit() * (maximum - minimum), maximum - minimum)
    return Math.min(maximum, Math.max(minimum, value))
  },
  boolean: (_, draw) => draw.chance(0.5),
  enum: ({ values }, draw) => draw.pick(values),
  reference({ table }, draw, keys) {
    const there = keys[table] ?? []
    return there.length === 0 ? null : draw.pick(there)
  },
}

/** Columns of dates stand in the order of time, so that what is due is due after it was begun. */
function rowOf({ columns }: Table, draw: Draws, keys: Keys): Row {
  const dates = Object.values(columns).filter(({ type }) => type === 'date')
  const spread = 30 + draw.integer(0, 300)
  const start = draw.integer(0, days - spread)
  const at = dates.map(() => start + draw.integer(0, spread)).toSorted((a, b) => a - b)
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      if (column.type === 'date') return [name, dayText(at.shift()!)]
      return [name, (rules[column.type] as Rule<Column['type']>)(column, draw, keys)]
    }),
  )
}

const lifelike = (table: Table, row: Row): Row => {
  const fix: Record<string, Value> = {}
  if ('flagged' in row && 'flag_reason' in table.columns)
    fix.flag_reason = row.flagged ? (row.flag_reason === 'none' ? 'incomplete' : row.flag_reason!) : 'none'
  if (row.approval === 'pending' && 'decided_by' in table.columns) fix.decided_by = null
  return { ...row, ...fix }
}

/**
 * A state for an application: keys are a table's prefix and numbers from 1001, references lead to rows that are there.
 *
 */
export function sampleState(application: Application, { seed, rows }: SampleStateOptions): WorldState {
  const keys: Keys = Object.fromEntries(
    application.tables.map(({ name, keyPrefix }) => [
      name,
      Array.from({ length: rows }, (_, i) => `${keyPrefix}${1001 + i}`),
    ]),
  )
  const rowsOf = (table: Table): Rows =>
    Object.fromEntries(
      keys[table.name]!.map((key, i) => [
        key,
        lifelike(table, rowOf(table, draws(seed, `rows of ${application.name}.${table.name}`, i), keys)),
      ]),
    )
  return Object.fromEntries(application.tables.map((table) => [table.name, rowsOf(table)]))
}
