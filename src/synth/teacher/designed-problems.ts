import { applicationProblems, repeated } from '../tools/application-problems.ts'
import type { DesignedApplication } from './designed-application.ts'

type Tool = DesignedApplication['tools'][number]

function descriptionProblems({ declaration: { function: tool } }: Tool): readonly string[] {
  const { properties = {} } = tool.parameters as { readonly properties?: Readonly<Record<string, unknown>> }
  return Object.entries(properties)
    .filter(([, schema]) => typeof (schema as { description?: unknown } | null)?.description !== 'string')
    .map(([name]) => `tool ${tool.name}: the parameter ${name} has no description`)
}

/** What is wrong with what a model designed: as of any application, and that keys are told apart and parameters described. */
export const designedProblems = (designed: DesignedApplication): readonly string[] => [
  ...applicationProblems(designed),
  ...repeated(designed.tables.map(({ keyPrefix }) => keyPrefix)).map(
    (prefix) => `two tables have keys with ${prefix}`,
  ),
  ...designed.tools.flatMap(descriptionProblems),
]
