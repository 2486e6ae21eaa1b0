import { blocks } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import { type DesignedApplication, designedApplication } from './designed-application.ts'
import { designedProblems } from './designed-problems.ts'
import type { ApplicationDomain } from './domain-prompt.ts'

export interface ApplicationInput {
  readonly domain: string
  readonly application: ApplicationDomain
  readonly tools: number
}

const system = `You design small applications that an assistant works with through tools. A program runs what you design, so names must agree everywhere.

Tables
- Two to four tables that fit the description, each with a key and three to eight typed columns. Rows refer to rows of other tables by columns of type reference.
- Ranges of numbers are realistic. States that a record goes through are an enum.

Tools
- Each tool does one thing that a user of the application would recognise. Together they find, show, count, create and change records, with at least one tool that reads and one that writes.
- The description says in one or two sentences what the tool does, when it refuses, and what comes back. It does not name tables or columns.
- Parameters are a JSON Schema of type object with "properties", "required" and "additionalProperties": false. Every parameter has a type and a description with its unit or format; use enum, minimum and maximum where they apply. Parameters of a search are optional.

Semantics, the executable meaning of a tool, by its kind:
- get: the row with a key.
- search: rows that meet all conditions; a condition whose parameter is not given holds.
- aggregate: count, sum, mean, minimum or maximum over the rows that meet all conditions.
- create: a new row; the key is made and told.
- update, remove: of the row with a key, after its guards. Guards are the rules of the trade: only open orders can be cancelled, no refund above what was paid.
- transfer: takes an amount from one row's column and gives it to another row's.
- compute: a number from the arguments alone.
- script: only where no other kind can say it. The source is a JavaScript function (args, state) => ({ result, state }) without imports, time or randomness; state has the tables' rows by key and is not changed in place. It throws an Error with a plain sentence where it refuses.
A term is {"param": name}, {"value": constant} or {"column": name}; a column is one of the row under work. A formula is a term or {"op", "args"}.`

/** Second step: an application domain becomes tables and tools with executable semantics. */
export const applicationPrompt: VersionedPrompt<ApplicationInput, DesignedApplication> = {
  name: 'application',
  version: 1,
  system,
  user: ({ domain, application, tools }) =>
    blocks({
      field: domain.replaceAll('_', ' '),
      application: `${application.name}: ${application.description}`,
      wanted: `an application with ${tools} tools`,
    }),
  schema: designedApplication,
  temperature: 0.8,
  maxTokens: 16_384,
  problems: (designed, { tools }) => [
    ...(designed.tools.length === tools ? [] : [`${designed.tools.length} tools came, ${tools} are wanted`]),
    ...designedProblems(designed),
  ],
}
