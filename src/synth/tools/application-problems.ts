import type { Application, WorldTool } from '../../world/application.ts'
import type { Column, Table } from '../../world/state.ts'
import { mentionsOf } from './mentions.ts'
import { schemaProblem } from './schema-problem.ts'
import { semanticsProblems } from './semantics-problems.ts'

/** Names that come more than once. */
export const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, i) => names.indexOf(name) < i)),
]

function columnProblems(column: Column, tables: readonly Table[]): readonly string[] {
  if (column.type === 'reference' && !tables.some(({ name }) => name === column.table))
    return [`refers to the table ${column.table}, which is not there`]
  if ((column.type === 'integer' || column.type === 'number') && column.minimum > column.maximum)
    return ['its minimum is above its maximum']
  if (column.type === 'enum') return repeated(column.values).map((value) => `has ${value} twice`)
  return []
}

const tableProblems = (table: Table, tables: readonly Table[]): readonly string[] => [
  ...(Object.keys(table.columns).length === 0 ? [`table ${table.name}: it has no columns`] : []),
  ...(Object.hasOwn(table.columns, table.key)
    ? [`table ${table.name}: the key ${table.key} is among the columns; leave it out there`]
    : []),
  ...Object.entries(table.columns).flatMap(([name, column]) =>
    columnProblems(column, tables).map((problem) => `table ${table.name}, column ${name}: ${problem}`),
  ),
]

interface Parameters {
  readonly properties?: Readonly<Record<string, unknown>>
}

/** Of a tool that can be executed: something is done with each of its parameters. */
function parameterProblems({ declaration, semantics }: WorldTool, tables: readonly Table[]): string[] {
  const { parameters } = declaration.function
  const { properties = {} } = (typeof parameters === 'object' ? parameters : {}) as Parameters
  const used = semantics!.kind === 'script' ? Object.keys(properties) : mentionsOf(semantics!).parameters
  const problems = Object.keys(properties)
    .filter((name) => !used.includes(name))
    .map((name) => `nothing is done with the parameter ${name}`)
  return [...problems, ...semanticsProblems(semantics!, { tables, params: new Set(Object.keys(properties)) })]
}

function toolProblems(tool: WorldTool, tables: readonly Table[], schemas: boolean): readonly string[] {
  const { declaration, semantics } = tool
  const broken = schemas ? schemaProblem(declaration, semantics !== undefined) : undefined
  const isSound = broken === undefined || broken.kind === 'no description'
  return [
    ...(broken === undefined ? [] : [broken.message]),
    ...(isSound && semantics !== undefined ? parameterProblems(tool, tables) : []),
  ].map((problem) => `tool ${declaration.function.name}: ${problem}`)
}

/**
 * What is wrong with an application that has the right form, one sentence each; none where nothing is.
 *
 * @param options `schemas: false` leaves out the tools' schemas, which take nearly all of the time
 */
export function applicationProblems(
  { tables, tools }: Pick<Application, 'tables' | 'tools'>,
  { schemas = true }: { readonly schemas?: boolean } = {},
): readonly string[] {
  const names = tools.map(({ declaration }) => declaration.function.name)
  return [
    ...repeated(tables.map(({ name }) => name)).map((name) => `two tables are named ${name}`),
    ...repeated(names).map((name) => `two tools are named ${name}`),
    ...tables.flatMap((table) => tableProblems(table, tables)),
    ...tools.flatMap((tool) => toolProblems(tool, tables, schemas)),
  ]
}
