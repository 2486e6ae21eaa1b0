import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { McpServerConfig } from '../../../agent/mcp-config.ts'
import { connectMcpServer } from '../../../agent/mcp-connection.ts'
import { fileError } from '../../../files/file-errors.ts'
import { readJson } from '../../../files/json-file.ts'
import { UserError } from '../../../user-error.ts'

/** The tools that one MCP server says it has, or why they could not be had. */
export interface ToolList {
  /** Name of the server, or of the file without `.json`. */
  readonly source: string
  readonly tools: readonly unknown[]
  readonly problem?: string
}

/** Tools in an answer to `tools/list`: the JSON-RPC message, its result, or the list itself. */
export function toolsInAnswer(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer
  if (typeof answer !== 'object' || answer === null) return undefined
  const { tools, result } = answer as { readonly tools?: unknown; readonly result?: unknown }
  if (Array.isArray(tools)) return tools
  return result === undefined ? undefined : toolsInAnswer(result)
}

async function toolListOfFile(path: string): Promise<ToolList> {
  const source = basename(path, '.json')
  try {
    const tools = toolsInAnswer(await readJson(path))
    return tools === undefined
      ? { source, tools: [], problem: `${path}: expected an answer to tools/list, with a list of "tools"` }
      : { source, tools }
  } catch (error) {
    if (error instanceof UserError) return { source, tools: [], problem: error.message }
    throw error
  }
}

/**
 * Saved answers to `tools/list`, one in each `*.json` of a directory, in the order of their names. What is no such
 * answer comes as a problem.
 *
 * @throws UserError where the directory cannot be read
 */
export async function* readToolLists(directory: string): AsyncGenerator<ToolList> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw fileError(error, 'read', directory)
  })
  for (const name of names.filter((name) => name.endsWith('.json')).toSorted())
    yield await toolListOfFile(join(directory, name))
}

/** Asks servers for their tools, one after the other. A server that cannot be reached comes as a problem. */
export async function* fetchToolLists(
  servers: readonly McpServerConfig[],
  { seconds = 30, signal }: { readonly seconds?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<ToolList> {
  for (const server of servers) {
    try {
      await using connection = await connectMcpServer(server, seconds, signal)
      yield { source: server.name, tools: connection.tools }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      yield { source: server.name, tools: [], problem: error.message }
    }
  }
}
