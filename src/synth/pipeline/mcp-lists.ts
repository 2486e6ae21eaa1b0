import { existsSync, statSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readMcpConfig } from '../../agent/mcp-config.ts'
import { digestOf } from '../../files/digest.ts'
import { fileError } from '../../files/file-errors.ts'
import { writeJson } from '../../files/json-file.ts'
import { UserError } from '../../user-error.ts'
import { fetchToolLists, readToolLists, type ToolList } from '../tools/import/tool-lists.ts'
import { runFiles } from './run-files.ts'

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw fileError(error, 'read', path)
  }
}

/** Where what the servers of a config file answered is kept: asked once, so that a later run sees the same. */
async function savedLists(run: string, path: string, signal: AbortSignal): Promise<readonly ToolList[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw fileError(error, 'read', path)
  })
  const directory = join(runFiles(run).mcp, digestOf(text).slice(0, 12))
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw fileError(error, 'create', directory)
  })
  const lists: ToolList[] = []
  for (const server of await readMcpConfig(path)) {
    const file = join(directory, `${encodeURIComponent(server.name)}.json`)
    if (existsSync(file)) continue
    for await (const list of fetchToolLists([server], { signal })) {
      if (list.problem === undefined) await writeJson(file, { tools: list.tools })
      else lists.push(list)
    }
  }
  for await (const list of readToolLists(directory))
    lists.push({ ...list, source: decodeURIComponent(list.source) })
  return lists.toSorted((a, b) => (a.source < b.source ? -1 : 1))
}

/**
 * The tools that MCP servers say they have.
 *
 * @param path a directory of saved answers to `tools/list`, or a file that names servers; null for none
 * @throws UserError where nothing can be read there
 */
export async function mcpLists(
  run: string,
  path: string | null,
  signal: AbortSignal,
): Promise<readonly ToolList[]> {
  if (path === null) return []
  const lists = isDirectory(path)
    ? await Array.fromAsync(readToolLists(path))
    : await savedLists(run, path, signal)
  if (lists.length === 0) throw new UserError(`${path}: there is no *.json with an answer to tools/list`)
  const problems = lists.flatMap(({ problem }) => problem ?? [])
  if (problems.length === lists.length)
    throw new UserError(`${path}: no server's tools could be had:\n  ${problems.join('\n  ')}`)
  return lists
}
