import type { Column, Table } from '../../world/state.ts'
import type { DesignedApplication } from './application-schema.ts'
import { schemaProblem } from './schema-problem.ts'
import { semanticsProblems } from './semantics-problems.ts'

const repeated = (names: readonly string[]): readonly string[] => [
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

type Tool = DesignedApplication['tools'][number]
type Parameters = {
  readonly properties?: Readonly<Record<string, { readonly description?: unknown } | boolean>>
  readonly required?: unknown
}

function toolProblems({ declaration, semantics }: Tool, tables: readonly Table[]): readonly string[] {
  const { name, parameters } = declaration.function
  const { properties = {}, required = [] } = parameters as Parameters
  const broken = schemaProblem(parameters!)
  const problems = broken !== null ? [`its parameters are no JSON Schema: ${broken}`] : []
  if (broken === null) {
    for (const [property, schema] of Object.entries(properties))
      if (typeof schema !== 'object' || typeof schema.description !== 'string')
        problems.push(`the parameter ${property} has no description`)
    for (const property of required as readonly string[])
      if (!Object.hasOwn(properties, property)) problems.push(`${property} is required and not declared`)
    problems.push(...semanticsProblems(semantics!, { tables, params: new Set(Object.keys(properties)) }))
  }
  return problems.map((problem) => `tool ${name}: ${problem}`)
}

/** What is wrong with an application that has the right form, one sentence each. */
export function applicationProblems({ tables, tools }: DesignedApplication): readonly string[] {
  const names = tools.map(({ declaration }) => declaration.function.name)
  return [
    ...repeated(tables.map(({ name }) => name)).map((name) => `two tables are named ${name}`),
    ...repeated(tables.map(({ keyPrefix }) => keyPrefix)).map(
      (prefix) => `two tables have keys with ${prefix}`,
    ),
    ...repeated(names).map((name) => `two tools are named ${name}`),
    ...tables.flatMap((table) => tableProblems(table, tables)),
    ...tools.flatMap((tool) => toolProblems(tool, tables)),
  ]
}
