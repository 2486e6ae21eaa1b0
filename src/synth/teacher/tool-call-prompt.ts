import { z } from 'zod'
import { blocks, materialNote } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import type { WorldTool } from '../../world/application.ts'
import type { Json } from '../../world/execute.ts'
import { isWrite } from '../../world/semantics.ts'
import type { Row, Table, WorldState } from '../../world/state.ts'
import { value } from '../tools/semantics-schema.ts'
import { rowProblems } from './row-problems.ts'

/** A row that is new or has changed; null where it is gone. */
export interface RowChange {
  readonly table: string
  readonly key: string
  readonly row: Row | null
}

export interface ToolCallInput {
  readonly description: string
  readonly tables: readonly Table[]
  readonly tool: WorldTool
  readonly state: WorldState
  readonly arguments: Readonly<Record<string, unknown>>
  /** Calls before, with what they returned. */
  readonly history: readonly { readonly call: string; readonly result: string }[]
}

export interface ToolCallAnswer {
  readonly failed: boolean
  readonly result: Json
  readonly changes: readonly RowChange[]
}

const system = `You are the back end of an application. A client calls one of its tools; you work out what a real, faithful implementation returns and what it changes.

- The state is the whole truth: what is not in it does not exist. Return values of rows exactly as they stand there, and look for every row that matches.
- Where the semantics of the tool are given, they say exactly what it does. Otherwise the description does.
- A call that cannot be done (unknown key, rule of the application, value that makes no sense) fails: failed is true, result is {"error": one plain sentence}, changes is empty.
- Otherwise failed is false, and result is JSON as such an interface would return it: objects with snake_case keys, {"items": [...], "total": n} for lists, the whole row after a change, the key of what is new. No prose.
- changes lists every row that the call makes, changes or removes: a whole row after the change, with all columns, or null where it is removed. Reading changes nothing. A key that is new goes on from the highest one of its table.
- The same call on the same state returns the same result. Earlier calls show how results look; keep to their form.

${materialNote}`

/** Whether a call of a tool may change anything, as far as is known. */
const mayWrite = ({ semantics }: WorldTool): boolean => semantics === undefined || isWrite(semantics)

/** The state after changes; no state is changed in place. */
export function changedState(state: WorldState, changes: readonly RowChange[]): WorldState {
  const after: Record<string, Readonly<Record<string, Row>>> = { ...state }
  for (const { table, key, row } of changes) {
    const { [key]: _, ...others } = after[table] ?? {}
    // A row that stays keeps its place.
    after[table] = row === null ? others : { ...after[table], [key]: row }
  }
  return after
}

function changeProblems({ changes }: ToolCallAnswer, { tables, state }: ToolCallInput): string[] {
  const after = changedState(state, changes)
  return changes.flatMap(({ table: name, key, row }) => {
    if (row === null) return state[name]?.[key] ? [] : [`${name}/${key} is not there and cannot be removed`]
    const table = tables.find((one) => one.name === name)
    // Of tools that only their declaration is known of, the state takes the form that it is given.
    if (table === undefined) return tables.length === 0 ? [] : [`there is no table ${name}`]
    return [...rowProblems(table, key, row, after)]
  })
}

/** Stage 3: tools as a world model plays them. */
export const toolCallPrompt: VersionedPrompt<ToolCallInput, ToolCallAnswer> = {
  name: 'tool simulator',
  version: 1,
  system,
  user: ({ description, tables, tool, state, arguments: args, history }) =>
    blocks({
      application: description,
      tables: tables.length > 0 ? tables : undefined,
      state,
      earlier_calls:
        history.length > 0
          ? history.map(({ call, result }) => `${call}\n-> ${result}`).join('\n')
          : undefined,
      tool: tool.declaration.function,
      semantics: tool.semantics,
      call: { name: tool.declaration.function.name, arguments: args },
    }),
  schema: z.strictObject({
    failed: z.boolean(),
    result: z.json(),
    changes: z.array(
      z.strictObject({
        table: z.string().min(1),
        key: z.string().min(1),
        row: z.record(z.string(), value).nullable(),
      }),
    ),
  }),
  temperature: 0,
  maxTokens: 8192,
  problems: (answer, input) => [
    ...(answer.failed && answer.changes.length > 0 ? ['a call that fails changes nothing'] : []),
    ...(!mayWrite(input.tool) && answer.changes.length > 0
      ? ['this tool only reads, so changes is empty']
      : []),
    ...changeProblems(answer, input),
  ],
}
