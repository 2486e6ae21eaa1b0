import type { Application } from './application.ts'
import { readArguments } from './arguments.ts'
import { exact, formulaValue, holds, rounded, type Scope, termValue, valueText } from './conditions.ts'
import type { Condition, Formula, Guard, Semantics, Term } from './semantics.ts'
import type { Row, Rows, Table, Value, WorldState } from './state.ts'

export type Json = Value | readonly Json[] | { readonly [key: string]: Json }

export type ExecutionResult =
  | { readonly ok: true; readonly value: Json; readonly state: WorldState }
  /** The state is as it was. */
  | {
      readonly ok: false
      readonly error: string
      /** The tool itself went wrong: whoever called it has done nothing that another call would mend. */
      readonly broken?: true
    }

/** Runs a tool that a model wrote, apart from everything. */
export type RunScript = (
  source: string,
  args: Readonly<Record<string, unknown>>,
  state: WorldState,
) =>
  | { readonly ok: true; readonly result: unknown; readonly state: unknown }
  /** Broken: it threw nothing itself. */
  | { readonly ok: false; readonly error: string; readonly broken?: true }

/** What a tool refuses, in its words. */
class Refusal extends Error {}

/** A tool that does not work. */
class Breakage extends Error {}

interface Execution {
  readonly application: Application
  readonly state: WorldState
  readonly args: Readonly<Record<string, unknown>>
}

type Done = { readonly value: Json; readonly state: WorldState }

function tableNamed({ application }: Execution, name: string): Table {
  const table = application.tables.find((one) => one.name === name)
  if (table === undefined) throw new Refusal(`there is no table ${name}`)
  return table
}

/** A row as it is told, with its key first. */
const told = (
  table: Table,
  key: string,
  row: Row,
  columns = Object.keys(row),
): Readonly<Record<string, Json>> => ({
  [table.key]: key,
  ...Object.fromEntries(
    columns.filter((column) => column !== table.key).map((column) => [column, row[column] ?? null]),
  ),
})

/** Keys come from a model: `constructor` is one like any other. */
const rowWith = (state: WorldState, table: string, key: string): Row | undefined => {
  const rows = state[table] ?? {}
  return Object.hasOwn(rows, key) ? rows[key] : undefined
}

function rowAt(execution: Execution, name: string, term: Term): { table: Table; key: string; row: Row } {
  const table = tableNamed(execution, name)
  const key = valueText(termValue(term, execution) ?? '')
  const row = rowWith(execution.state, name, key)
  if (row === undefined)
    throw new Refusal(`no ${table.singular.replaceAll('_', ' ')} with ${table.key} ${key}`)
  return { table, key, row }
}

const withRows = (state: WorldState, table: string, rows: Rows): WorldState => ({ ...state, [table]: rows })
const withRow = (state: WorldState, table: string, key: string, row: Row): WorldState =>
  withRows(state, table, { ...state[table], [key]: row })

/** The key counts as a column of its row. */
const scopeOf = ({ args }: Execution, table: Table, key: string, row: Row): Scope => ({
  args,
  row: { ...row, [table.key]: key },
})

function checkGuards(guards: readonly Guard[], scope: Scope): void {
  for (const { condition, message } of guards)
    if (!holds(condition, scope))
      throw new Refusal(
        message.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          valueText(scope.row?.[name] ?? scope.args[name] ?? name),
        ),
      )
}

/** What is set; a parameter that was not given leaves its column alone. */
function changes(set: Readonly<Record<string, Formula>>, scope: Scope): Record<string, Value> {
  const changed: Record<string, Value> = {}
  for (const [column, formula] of Object.entries(set)) {
    const value = formulaValue(formula, scope)
    if (value !== undefined) changed[column] = value
  }
  return changed
}

function matching(execution: Execution, name: string, where: readonly Condition[]): [string, Row][] {
  const table = tableNamed(execution, name)
  return Object.entries(execution.state[name] ?? {}).filter(([key, row]) =>
    where.every((condition) => holds(condition, scopeOf(execution, table, key, row))),
  )
}

/** By a column, the key included; rows without a value last. */
const byColumn =
  (table: Table, column: string, descending: boolean) =>
  (...rows: readonly [[string, Row], [string, Row]]): number => {
    const [x, y] = rows.map(([key, row]) => (column === table.key ? key : (row[column] ?? null)))
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    const order = x! < y! ? -1 : x! > y! ? 1 : 0
    return descending ? -order : order
  }

const numbersOf = (rows: readonly [string, Row][], column: string): number[] =>
  rows.map(([, row]) => row[column]).filter((value) => typeof value === 'number')

type Aggregate = Extract<Semantics, { kind: 'aggregate' }>['function']
const aggregates: Readonly<Record<Exclude<Aggregate, 'count'>, (values: readonly number[]) => number>> = {
  sum: (values) => exact(values.reduce((a, b) => a + b, 0)),
  mean: (values) => rounded(values.reduce((a, b) => a + b, 0) / values.length, 2),
  minimum: (values) => values.reduce((a, b) => Math.min(a, b)),
  maximum: (values) => values.reduce((a, b) => Math.max(a, b)),
}

/** One more than the largest number at the end of a table's keys, however long it is. */
function nextKey({ state }: Execution, table: Table): string {
  const largest = Object.keys(state[table.name] ?? {})
    .map((key) => BigInt(/\d+$/.exec(key)?.[0] ?? 0))
    .reduce((a, b) => (a > b ? a : b), 1000n)
  return `${table.keyPrefix}${largest + 1n}`
}

/** Columns that are set refer to rows that there are. */
function checkReferences({ state }: Execution, table: Table, set: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(set)) {
    const column = table.columns[name]
    if (column?.type !== 'reference' || value === null) continue
    if (rowWith(state, column.table, valueText(value)) === undefined)
      throw new Refusal(`no row of ${column.table} with the key ${valueText(value)}`)
  }
}

type Rule<Kind extends Semantics['kind']> = (e: Execution, s: Extract<Semantics, { kind: Kind }>) => Done

const rules: { readonly [Kind in Exclude<Semantics['kind'], 'script'>]: Rule<Kind> } = {
  get(execution, { table: name, key: term, columns }) {
    const { table, key, row } = rowAt(execution, name, term)
    return { value: told(table, key, row, columns && [...columns]), state: execution.state }
  },
  search(execution, { table: name, where, columns, limit, sort }) {
    const found = matching(execution, name, where)
    const table = tableNamed(execution, name)
    if (sort !== undefined) found.sort(byColumn(table, sort.column, sort.descending ?? false))
    const items = found.slice(0, limit).map(([key, row]) => told(table, key, row, [...columns]))
    return { value: { items, total: found.length }, state: execution.state }
  },
  aggregate(execution, { table, where, function: name, column }) {
    const found = matching(execution, table, where)
    if (name === 'count') return { value: { count: found.length }, state: execution.state }
    const values = numbersOf(found, column ?? '')
    if (values.length === 0) throw new Refusal(`nothing matches, so there is no ${name} of ${column}`)
    return {
      value: { [name]: aggregates[name](values), count: found.length },
      state: execution.state,
    }
  },
  create(execution, { table: name, set }) {
    const table = tableNamed(execution, name)
    const given = changes(set, execution)
    const row = Object.fromEntries(
      Object.keys(table.columns).map((column) => [column, given[column] ?? null]),
    )
    checkReferences(execution, table, row)
    const key = nextKey(execution, table)
    return { value: told(table, key, row), state: withRow(execution.state, name, key, row) }
  },
  update(execution, { table: name, key: term, guards, set }) {
    const { table, key, row } = rowAt(execution, name, term)
    const scope = scopeOf(execution, table, key, row)
    checkGuards(guards, scope)
    const changed = changes(set, scope)
    checkReferences(execution, table, changed)
    const next = { ...row, ...changed }
    return { value: told(table, key, next), state: withRow(execution.state, name, key, next) }
  },
  remove(execution, { table: name, key: term, guards }) {
    const { table, key, row } = rowAt(execution, name, term)
    checkGuards(guards, scopeOf(execution, table, key, row))
    const { [key]: _, ...left } = execution.state[name]!
    return { value: { removed: key }, state: withRows(execution.state, name, left) }
  },
  transfer(execution, { table: name, from, to, column, amount, floor }) {
    const source = rowAt(execution, name, from)
    const target = rowAt(execution, name, to)
    const moved = formulaValue(amount, execution)
    if (source.key === target.key) throw new Refusal('source and target are the same')
    if (typeof moved !== 'number' || moved <= 0) throw new Refusal('the amount must be above 0')
    const left = exact(Number(source.row[column] ?? 0) - moved)
    if (left < floor) throw new Refusal(`${source.key} has only ${source.row[column]} ${column}`)
    const gained = exact(Number(target.row[column] ?? 0) + moved)
    const after = { [source.key]: left, [target.key]: gained }
    const rows = { ...execution.state[name] }
    for (const [key, value] of Object.entries(after)) rows[key] = { ...rows[key], [column]: value }
    return {
      value: { [column]: after },
      state: withRows(execution.state, name, rows),
    }
  },
  compute(execution, { result, formula }) {
    const value = formulaValue(formula, execution)
    return { value: { [result]: value ?? null }, state: execution.state }
  },
}

function runScripted(execution: Execution, source: string, runScript: RunScript | undefined): Done {
  if (runScript === undefined) throw new Breakage('this tool is a script, and scripts are not run here')
  const run = runScript(source, execution.args, execution.state)
  if (!run.ok) throw run.broken ? new Breakage(run.error) : new Refusal(run.error)
  const state = run.state ?? execution.state
  if (!isState(state)) throw new Breakage('the script left no state: tables of rows are needed')
  return { value: (run.result ?? null) as Json, state }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isState = (value: unknown): value is WorldState =>
  isRecord(value) &&
  Object.values(value).every((rows) => isRecord(rows) && Object.values(rows).every(isRecord))

/**
 * Executes a call on a state, which is not changed: what comes back has the next one.
 *
 * @param argumentsText as the model wrote them: what is wrong with them is an error in words, never an exception
 */
export function executeCall(
  application: Application,
  state: WorldState,
  call: { readonly name: string; readonly arguments: string },
  runScript?: RunScript,
): ExecutionResult {
  const tool = application.tools.find(({ declaration }) => declaration.function.name === call.name)
  if (tool === undefined) return { ok: false, error: `there is no tool ${call.name}` }
  const read = readArguments(tool.declaration, call.arguments)
  if (!read.ok) return { ok: false, error: read.problem }
  const { semantics } = tool
  if (semantics === undefined) return { ok: false, error: `${call.name} cannot be executed here` }
  const execution: Execution = { application, state, args: read.args }
  try {
    const done =
      semantics.kind === 'script'
        ? runScripted(execution, semantics.source, runScript)
        : (rules[semantics.kind] as Rule<typeof semantics.kind>)(execution, semantics as never)
    return { ok: true, ...done }
  } catch (error) {
    if (error instanceof Breakage) return { ok: false, error: error.message, broken: true }
    if (error instanceof Refusal || error instanceof RangeError) return { ok: false, error: error.message }
    throw error
  }
}
