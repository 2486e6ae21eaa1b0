import { z } from 'zod'
import { readJsonLines } from '../../files/json-lines.ts'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import type { Application } from '../../world/application.ts'
import { applicationProblems } from './application-problems.ts'
import { semanticsSchema } from './semantics-schema.ts'
import { tableSchema } from './table-schema.ts'

const name = z.string().min(1)

const declaration = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name,
    description: z.exactOptional(z.string()),
    parameters: z.exactOptional(z.union([z.boolean(), z.record(z.string(), z.unknown())])),
    strict: z.exactOptional(z.boolean()),
  }),
})

/** An application as it stands in a file, whoever made it. */
export const applicationSchema: z.ZodType<Application> = z.strictObject({
  name,
  domain: name,
  description: z.string(),
  tables: z.array(tableSchema),
  tools: z.array(z.strictObject({ declaration, semantics: z.exactOptional(semanticsSchema) })),
})

export interface ReadApplicationsOptions {
  /**
   * Whether the schemas of tools are compiled, which takes some five milliseconds each. Default true; a file that was
   * checked before, or that the generator wrote, can do without.
   */
  readonly schemas?: boolean
}

/**
 * An application of a file, checked whole: its form, its tools' schemas, and what semantics refer to.
 *
 * @param where begins every message
 * @throws UserError with a line for each problem
 */
export function parseApplication(
  input: unknown,
  where: string,
  options: ReadApplicationsOptions = {},
): Application {
  const application = parseAs(applicationSchema, input, where)
  const problems = applicationProblems(application, options).map(
    (problem) => `${application.name}: ${problem}`,
  )
  if (problems.length > 0) throw new UserError(`${where}: ${problems.join('\n  ')}`)
  return application
}

/** The applications of a file with one on each line, `applications.jsonl`. @throws UserError naming file and line */
export async function* readApplications(
  path: string,
  options: ReadApplicationsOptions = {},
): AsyncGenerator<Application> {
  for await (const { line, value } of readJsonLines(path))
    yield parseApplication(value, `${path}:${line}`, options)
}
