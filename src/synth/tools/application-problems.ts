import type { Application, WorldTool } from '../../world/application.ts'
import type { Table } from '../../world/state.ts'
import { mentionsOf } from './mentions.ts'
import { schemaProblem } from './schema-problem.ts'

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

/**
 * What is wrong with an application that its types cannot say, a line each; none where nothing is.
 *
 * @param options `schemas: false` leaves out the tools' schemas, which take nearly all of the time
 */
export function applicationProblems(
  { name, tables, tools }: Application,
  { schemas = true }: { readonly schemas?: boolean } = {},
): readonly string[] {
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
      const schema = schemas ? schemaProblem(tool.declaration, tool.semantics !== undefined) : undefined
      const problems = [...(schema === undefined ? [] : [schema.message]), ...semanticsProblems(tables, tool)]
      return problems.map((problem) => `${tool.declaration.function.name}: ${problem}`)
    }),
  ].map((problem) => `${name}: ${problem}`)
}
