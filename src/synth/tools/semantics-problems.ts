import { Script } from 'node:vm'
import type { Condition, Formula, Guard, Semantics, Term } from '../../world/semantics.ts'
import type { Table } from '../../world/state.ts'

/** What a tool's semantics may name. */
interface Names {
  readonly tables: readonly Table[]
  readonly params: ReadonlySet<string>
}

type Place = Table | null

const terms = (formula: Formula): readonly Term[] =>
  'op' in formula ? formula.args.flatMap(terms) : [formula]

const columnProblem = (column: string, table: Place): string[] => {
  if (table === null) return [`there is no row whose column ${column} could be read`]
  return column === table.key || Object.hasOwn(table.columns, column)
    ? []
    : [`the table ${table.name} has no column ${column}`]
}

const termProblems = (term: Term, names: Names, row: Place): string[] => {
  if ('param' in term) return names.params.has(term.param) ? [] : [`there is no parameter ${term.param}`]
  return 'column' in term ? columnProblem(term.column, row) : []
}

const formulaProblems = (formula: Formula, names: Names, row: Place): string[] =>
  terms(formula).flatMap((term) => termProblems(term, names, row))

const conditionProblems = ({ column, term }: Condition, names: Names, table: Table): string[] => [
  ...columnProblem(column, table),
  ...('values' in term ? [] : termProblems(term, names, table)),
]

const guardProblems = (guards: readonly Guard[], names: Names, table: Table): string[] =>
  guards.flatMap(({ condition }) => conditionProblems(condition, names, table))

const numberProblem = (column: string, table: Table): string[] => {
  const known = columnProblem(column, table)
  const type = table.columns[column]?.type
  if (known.length > 0 || type === 'integer' || type === 'number') return known
  return [`the column ${column} of ${table.name} holds no numbers`]
}

/** What is set: the key is never, and what a formula reads must be there. */
const setProblems = (
  set: Readonly<Record<string, Formula>>,
  names: Names,
  table: Table,
  row: Place,
): string[] =>
  Object.entries(set).flatMap(([column, formula]) => [
    ...(column === table.key ? [`the key ${column} cannot be set`] : columnProblem(column, table)),
    ...formulaProblems(formula, names, row),
  ])

type Rule<Kind extends Semantics['kind']> = (
  semantics: Extract<Semantics, { kind: Kind }>,
  names: Names,
  table: Table,
) => readonly string[]

const rules: { readonly [Kind in Exclude<Semantics['kind'], 'compute' | 'script'>]: Rule<Kind> } = {
  get: ({ key, columns = [] }, names, table) => [
    ...termProblems(key, names, null),
    ...columns.flatMap((column) => columnProblem(column, table)),
  ],
  search: ({ where, columns, sort }, names, table) => [
    ...where.flatMap((condition) => conditionProblems(condition, names, table)),
    ...[...columns, ...(sort ? [sort.column] : [])].flatMap((column) => columnProblem(column, table)),
  ],
  aggregate: ({ where, function: name, column }, names, table) => [
    ...where.flatMap((condition) => conditionProblems(condition, names, table)),
    ...(name === 'count' ? [] : column ? numberProblem(column, table) : [`${name} needs a column`]),
  ],
  create: ({ set }, names, table) => setProblems(set, names, table, null),
  update: ({ key, guards, set }, names, table) => [
    ...termProblems(key, names, null),
    ...guardProblems(guards, names, table),
    ...setProblems(set, names, table, table),
    ...(Object.keys(set).length === 0 ? ['it sets nothing'] : []),
  ],
  remove: ({ key, guards }, names, table) => [
    ...termProblems(key, names, null),
    ...guardProblems(guards, names, table),
  ],
  transfer: ({ from, to, column, amount }, names, table) => [
    ...termProblems(from, names, null),
    ...termProblems(to, names, null),
    ...numberProblem(column, table),
    ...formulaProblems(amount, names, null),
  ],
}

/** Whether a text is a function, without running any of it. */
function scriptProblems(source: string): readonly string[] {
  if (!/^\s*(?:\([^)]*\)|\w+)\s*=>|^\s*function\b/.test(source))
    return ['the source is no function of (args, state)']
  try {
    new Script(`(${source}\n)`)
    return []
  } catch (error) {
    return [`the source is not JavaScript: ${(error as Error).message}`]
  }
}

/** What is wrong with what a tool does, in words. */
export function semanticsProblems(semantics: Semantics, names: Names): readonly string[] {
  if (semantics.kind === 'script') return scriptProblems(semantics.source)
  if (semantics.kind === 'compute') return formulaProblems(semantics.formula, names, null)
  const table = names.tables.find(({ name }) => name === semantics.table)
  if (table === undefined) return [`there is no table ${semantics.table}`]
  return (rules[semantics.kind] as Rule<typeof semantics.kind>)(semantics as never, names, table)
}
