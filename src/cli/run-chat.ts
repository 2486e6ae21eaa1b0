import { text as textOf } from 'node:stream/consumers'
import type { AgentUsage } from '../agent/agent-event.ts'
import { builtInTools } from '../agent/built-in-tools.ts'
import { readMcpConfig } from '../agent/mcp-config.ts'
import { type McpTools, openMcpTools } from '../agent/mcp-tools.ts'
import type { Tool } from '../agent/tool.ts'
import { loadToolModule } from '../agent/tool-module.ts'
import { UserError } from '../user-error.ts'
import { addedUsage, chatDisplay, type DisplayOptions, finishNotes } from './chat-display.ts'
import { type EndpointOptions, openChatEndpoint } from './chat-endpoint.ts'
import { ask, type ChatSession, openAiMessages } from './chat-session.ts'
import { chatInTerminal } from './chat-terminal.ts'
import { interruptedCode, onInterrupt } from './interruption.ts'
import { harmless, wantsColor } from './terminal-text.ts'
import { type OpenWorld, openWorld } from './world-tools.ts'

export interface ChatOptions extends EndpointOptions {
  readonly system?: string
  readonly prompt?: string
  readonly json?: true
  readonly tools: readonly string[]
  readonly world?: string
  readonly mcp: readonly string[]
  readonly builtInTools: boolean
  readonly temperature?: number
  readonly topP?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly maxTurns: number
  readonly maxCalls: number
  readonly timeLimit: number
  readonly toolTimeout: number
}

const writerTo =
  (stream: NodeJS.WriteStream) =>
  (text: string): void => {
    stream.write(stream.isTTY ? harmless(text) : text)
  }

/** Our own colours are the only control characters that a terminal gets. */
function display(): DisplayOptions {
  const { stdout, stderr } = process
  return { text: writerTo(stdout), notes: (text) => void stderr.write(text), color: wantsColor(stderr) }
}

/** The tools that need no server; who brings one with the name of a built-in tool has his own. */
async function localTools(
  { tools, builtInTools: withBuiltIn }: ChatOptions,
  world: OpenWorld | null,
): Promise<readonly Tool[]> {
  const own = [...(await Promise.all(tools.map(loadToolModule))).flat(), ...(world?.tools ?? [])]
  const names = new Set(own.map(({ name }) => name))
  return [
    ...own,
    ...(withBuiltIn && world === null ? builtInTools.filter(({ name }) => !names.has(name)) : []),
  ]
}

async function serverTools(files: readonly string[], local: readonly Tool[]): Promise<McpTools> {
  const configs = (await Promise.all(files.map(readMcpConfig))).flat()
  return openMcpTools(configs, { taken: local.map(({ name }) => name) })
}

/** Asks once and prints the answer, or with `--json` everything. */
async function answerOnce(session: ChatSession, question: string, asJson: boolean): Promise<void> {
  if (question.trim() === '')
    throw new UserError('nothing was asked: give --prompt, or a text on standard input')
  using interrupt = onInterrupt('stopping; Ctrl-C again ends at once')
  const shown = chatDisplay(display())
  let usage: AgentUsage | null = null
  const reason = await ask(
    session,
    question,
    (event) => {
      if (event.type === 'usage') usage = addedUsage(usage, event.usage)
      if (!asJson) shown.show(event)
    },
    interrupt.signal,
  ).finally(() => shown.endLine())
  if (asJson) {
    const whole = { messages: openAiMessages(session), usage, finish: reason }
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
  }
  if (reason === 'aborted') process.exitCode = interruptedCode
  else if (reason !== 'stop' && reason !== 'length') throw new UserError(finishNotes[reason] ?? reason)
}

/**
 * Opens tools and endpoint, and talks.
 *
 * @throws UserError where one of them cannot be had, or a question asked once has no answer
 */
export async function runChat(target: string | undefined, options: ChatOptions): Promise<void> {
  const { prompt, json, temperature, topP, maxTokens, seed } = options
  using world = options.world === undefined ? null : await openWorld(options.world)
  const local = await localTools(options, world)
  await using servers = await serverTools(options.mcp, local)
  await using endpoint = await openChatEndpoint(target, options)
  const session: ChatSession = {
    client: endpoint.client,
    model: endpoint.model,
    tools: [...local, ...servers.tools],
    limits: {
      turns: options.maxTurns,
      calls: options.maxCalls,
      seconds: options.timeLimit,
      toolSeconds: options.toolTimeout,
    },
    sampling: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(seed === undefined ? {} : { seed }),
    },
    system: options.system ?? null,
    messages: [],
  }
  if (prompt !== undefined || json === true || !process.stdin.isTTY)
    // Not before it is answered are servers and endpoint left.
    return await answerOnce(session, prompt ?? (await textOf(process.stdin)), json === true)
  process.stderr.write(
    `${session.model} at ${session.client.baseURL}, ${session.tools.length} tools; /help helps\n`,
  )
  for (const example of world?.examples ?? []) process.stderr.write(`  for example: ${example}\n`)
  await chatInTerminal(session, {
    input: process.stdin,
    echo: process.stderr,
    isTerminal: true,
    display: display(),
  })
}
