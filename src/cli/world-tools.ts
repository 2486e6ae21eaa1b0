import { z } from 'zod'
import { openJavascript } from '../agent/sandbox/javascript.ts'
import { lenientSchemaReader } from '../agent/schema-reader.ts'
import type { Tool } from '../agent/tool.ts'
import { readJson } from '../files/json-file.ts'
import { parseAs } from '../schema-error.ts'
import { parseApplication } from '../synth/tools/application-schema.ts'
import { executeCall } from '../world/execute.ts'
import type { WorldState } from '../world/state.ts'

/** A world that is talked in: calls change it, as long as the chat lasts. */
export interface OpenWorld extends Disposable {
  readonly tools: readonly Tool[]
  readonly examples: readonly string[]
}

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const schema = z.looseObject({
  version: z.literal(1),
  application: z.unknown(),
  state: z.record(z.string(), z.record(z.string(), z.record(z.string(), value))),
  examples: z.array(z.string()).default([]),
})

/**
 * The tools of a world's file.
 *
 * @throws UserError naming what is wrong in it
 */
export async function openWorld(path: string): Promise<OpenWorld> {
  const { application: given, state: start, examples } = parseAs(schema, await readJson(path), path)
  const application = parseApplication(given, `${path}: application`)
  const hasScripts = application.tools.some(({ semantics }) => semantics?.kind === 'script')
  const javascript = hasScripts ? openJavascript() : undefined
  let state: WorldState = start
  const tools = application.tools.map(({ declaration: { function: tool } }): Tool => {
    const { name, description = '', parameters = { type: 'object', properties: {} } } = tool
    return {
      name,
      description,
      parameters,
      read: lenientSchemaReader(parameters),
      run: (args) => {
        const result = executeCall(
          application,
          state,
          { name, arguments: JSON.stringify(args) },
          javascript?.runScript,
        )
        if (!result.ok) return { error: result.error }
        state = result.state
        return result.value
      },
    }
  })
  return { tools, examples, [Symbol.dispose]: () => javascript?.[Symbol.dispose]() }
}
