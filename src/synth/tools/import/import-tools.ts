import { z } from 'zod'
import type { ToolDeclaration } from '../../../chat/messages.ts'
import { schemaProblems } from '../../../schema-error.ts'
import type { Application, WorldTool } from '../../../world/application.ts'
import { createDistinctApplications, type DistinctApplications } from '../distinct-applications.ts'
import { type SchemaProblem, schemaProblem } from '../schema-problem.ts'
import { classifyDomain } from './classify-domain.ts'
import type { ToolList } from './tool-lists.ts'

export type RejectionKind =
  | SchemaProblem['kind']
  | 'no tools'
  | 'no tool'
  | 'huge schema'
  | 'repeated name'
  | 'near-duplicate'

export interface Rejection {
  readonly source: string
  /** None where it is the whole list. */
  readonly tool?: string
  readonly kind: RejectionKind
  readonly message: string
}

export interface ImportedTools {
  /** One of each server that has a tool left. */
  readonly applications: readonly Application[]
  readonly seen: number
  readonly kept: number
  readonly rejections: readonly Rejection[]
}

export interface ImportToolsOptions {
  /** What is there already: its near-duplicates are rejected. */
  readonly distinct?: DistinctApplications
  /** Of a schema's JSON. Default 20,000: more than any model should have to read for one tool. */
  readonly mostCharacters?: number
  readonly onProgress?: (seen: number, kept: number) => void
}

const mcpTool = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()).optional(),
})

type Read =
  | { readonly tool: ToolDeclaration }
  | { readonly kind: RejectionKind; readonly message: string; readonly name?: string }

function readTool(input: unknown, mostCharacters: number): Read {
  const read = mcpTool.safeParse(input)
  if (!read.success) return { kind: 'no tool', message: schemaProblems(mcpTool, input).join('; ') }
  const { name, title = '', description = title, inputSchema } = read.data
  const { type = 'object', ...rest } = inputSchema ?? {}
  const parameters = { type, properties: {}, ...rest }
  if (type !== 'object')
    return {
      name,
      kind: 'invalid schema',
      message: `its parameters are ${JSON.stringify(type)}, not an object`,
    }
  const characters = JSON.stringify(parameters).length
  if (characters > mostCharacters)
    return {
      name,
      kind: 'huge schema',
      message: `its schema has ${characters} characters, more than ${mostCharacters}`,
    }
  const tool: ToolDeclaration = {
    type: 'function',
    function: { name, description: description.trim().replaceAll(/\s*\n\s*/g, '\n'), parameters },
  }
  const problem = schemaProblem(tool, false)
  return problem === undefined ? { tool } : { name, ...problem }
}

/**
 * Tools of MCP servers as applications without tables: they have no semantics, and a model plays them. What cannot be
 * used is rejected with a reason. A server's domain is guessed from the words of its tools.
 */
export async function importTools(
  lists: Iterable<ToolList> | AsyncIterable<ToolList>,
  options: ImportToolsOptions = {},
): Promise<ImportedTools> {
  const {
    distinct = createDistinctApplications({ leastTools: 1 }),
    mostCharacters = 20_000,
    onProgress,
  } = options
  const applications: Application[] = []
  const rejections: Rejection[] = []
  let [seen, kept] = [0, 0]
  for await (const { source, tools, problem } of lists) {
    const reject = (kind: RejectionKind, message: string, tool?: string): void => {
      rejections.push({ source, kind, message, ...(tool === undefined ? {} : { tool }) })
    }
    if (problem !== undefined) reject('no tools', problem)
    const usable = new Map<string, WorldTool>()
    for (const input of tools) {
      const read = readTool(input, mostCharacters)
      if (!('tool' in read)) reject(read.kind, read.message, read.name)
      else if (usable.has(read.tool.function.name))
        reject('repeated name', 'another tool of the server has its name', read.tool.function.name)
      else usable.set(read.tool.function.name, { declaration: read.tool })
    }
    const all = [...usable.values()]
    const application = distinct.add({
      name: source,
      domain: classifyDomain(all.map(({ declaration }) => declaration)),
      description: `Tools of the MCP server ${source}.`,
      tables: [],
      tools: all,
    })
    const left = new Set(application?.tools)
    for (const tool of all)
      if (!left.has(tool))
        reject('near-duplicate', 'an earlier tool is nearly the same', tool.declaration.function.name)
    if (application !== undefined && left.size > 0) applications.push(application)
    seen += tools.length
    kept += left.size
    onProgress?.(seen, kept)
  }
  return { applications, seen, kept, rejections }
}

/** How often each reason was met. */
export const rejectionCounts = (rejections: readonly Rejection[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(rejections, ({ kind }) => kind)).map(([kind, those]) => [
      kind,
      those.length,
    ]),
  )
