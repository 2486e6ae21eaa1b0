import type { Application, WorldTool } from '../../world/application.ts'
import type { Condition, Formula, Semantics, Term } from '../../world/semantics.ts'
import type { Table } from '../../world/state.ts'
import { schemaProblem } from './schema-problem.ts'

/** What semantics refer to. */
interface Mentions {
  readonly tables: readonly string[]
  /** Of the table of the semantics. */
  readonly columns: readonly string[]
  readonly parameters: readonly string[]
}

const none: Mentions = { tables: [], columns: [], parameters: [] }

const together = (parts: readonly Mentions[]): Mentions => ({
  tables: parts.flatMap(({ tables }) => tables),
  columns: parts.flatMap(({ columns }) => columns),
  parameters: parts.flatMap(({ parameters }) => parameters),
})

const columns = (...names: readonly string[]): Mentions => ({ ...none, columns: names })
const inTable = (table: string, ...parts: readonly Mentions[]): Mentions =>
  together([{ ...none, tables: [table] }, ...parts])

const ofTerm = (term: Term | { readonly values: readonly unknown[] }): Mentions =>
  'param' in term ? { ...none, parameters: [term.param] } : 'column' in term ? columns(term.column) : none

const ofFormula = (formula: Formula): Mentions =>
  'op' in formula ? together(formula.args.map(ofFormula)) : ofTerm(formula)

const ofConditions = (conditions: readonly Condition[]): Mentions =>
  together(conditions.flatMap(({ column, term }) => [columns(column), ofTerm(term)]))

const ofSet = (set: Readonly<Record<string, Formula>>): Mentions =>
  together([columns(...Object.keys(set)), ...Object.values(set).map(ofFormula)])

const rules: {
  readonly [Kind in Semantics['kind']]: (semantics: Extract<Semantics, { kind: Kind }>) => Mentions
} = {
  get: ({ table, key, columns: told = [] }) => inTable(table, ofTerm(key), columns(...told)),
  search: ({ table, where, columns: told, sort }) =>
    inTable(table, ofConditions(where), columns(...told, ...(sort === undefined ? [] : [sort.column]))),
  aggregate: ({ table, where, column }) =>
    inTable(table, ofConditions(where), columns(...(column === undefined ? [] : [column]))),
  create: ({ table, set }) => inTable(table, ofSet(set)),
  update: ({ table, key, guards, set }) =>
    inTable(table, ofTerm(key), ofConditions(guards.map(({ condition }) => condition)), ofSet(set)),
  remove: ({ table, key, guards }) =>
    inTable(table, ofTerm(key), ofConditions(guards.map(({ condition }) => condition))),
  transfer: ({ table, from, to, column, amount }) =>
    inTable(table, ofTerm(from), ofTerm(to), columns(column), ofFormula(amount)),
  compute: ({ formula }) => ofFormula(formula),
  script: () => none,
}

/** What semantics mention. */
const mentionsOf = (semantics: Semantics): Mentions =>
  (rules[semantics.kind] as (semantics: Semantics) => Mentions)(semantics)

const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, i) => names.indexOf(name) !== i)),
]

function semanticsProblems(
  tables: readonly Table[],
  { declaration, semantics }: WorldTool,
): readonly string[] {
  if (semantics === undefined) return []
  const { parameters } = declaration.function
  const declared = (typeof parameters === 'object' ? parameters.properties : undefined) ?? {}
  const mentions = mentionsOf(semantics)
  const known = mentions.tables.flatMap((name) => {
    const table = tables.find((one) => one.name === name)
    return table === undefined ? [] : [table.key, ...Object.keys(table.columns)]
  })
  const missing = (
    names: readonly string[],
    isKnown: (name: string) => boolean,
    what: string,
  ): readonly string[] =>
    [...new Set(names)].filter((name) => !isKnown(name)).map((name) => `there is no ${what} ${name}`)
  return [
    ...missing(mentions.tables, (name) => tables.some((table) => table.name === name), 'table'),
    ...missing(mentions.columns, (name) => known.includes(name), 'column'),
    ...missing(mentions.parameters, (name) => Object.hasOwn(declared, name), 'parameter'),
    ...(semantics.kind === 'script'
      ? []
      : Object.keys(declared)
          .filter((name) => !mentions.parameters.includes(name))
          .map((name) => `nothing is done with the parameter ${name}`)),
  ]
}

/** What is wrong with an application that its types cannot say, a line each; none where nothing is. */
export function applicationProblems({ name, tables, tools }: Application): readonly string[] {
  const tableNames = tables.map((table) => table.name)
  const references = tables.flatMap((table) =>
    Object.entries(table.columns).flatMap(([column, kind]) =>
      kind.type === 'reference' && !tableNames.includes(kind.table)
        ? [`${table.name}.${column}: there is no table ${kind.table}`]
        : [],
    ),
  )
  const toolNames = tools.map(({ declaration }) => declaration.function.name)
  return [
    ...repeated(tableNames).map((table) => `two tables are named ${table}`),
    ...repeated(toolNames).map((tool) => `two tools are named ${tool}`),
    ...references,
    ...tools.flatMap((tool) => {
      const schema = schemaProblem(tool.declaration, tool.semantics !== undefined)
      const problems = [...(schema === undefined ? [] : [schema.message]), ...semanticsProblems(tables, tool)]
      return problems.map((problem) => `${tool.declaration.function.name}: ${problem}`)
    }),
  ].map((problem) => `${name}: ${problem}`)
}
