import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import type { AgentEvent } from '../src/agent/agent-event.ts'
import { agentEvents } from '../src/agent/agent-events.ts'
import { readMcpConfig } from '../src/agent/mcp-config.ts'
import { openMcpTools } from '../src/agent/mcp-tools.ts'
import { chatCommand } from '../src/cli/commands/chat.ts'
import { tinyConfig, writeTinyCheckpoint } from '../src/cli/tiny-checkpoint.fixture.ts'
import { realServer } from './real-server.fixture.ts'

afterEach(() => vi.restoreAllMocks())

const mcpProgram = fileURLToPath(new URL('../src/agent/mcp-stdio.fixture.ts', import.meta.url))

/** An untrained model calls at random: the first request of a loop makes it call once, the others keep it from it. */
function oneCall(): void {
  const { fetch } = globalThis
  let toolChoice = 'required'
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    if (!String(url).endsWith('/chat/completions')) return fetch(url, init)
    const choice = { tool_choice: toolChoice, parallel_tool_calls: false }
    toolChoice = 'none'
    const body = JSON.stringify({ ...JSON.parse(String(init!.body)), ...choice })
    const headers = new Headers(init!.headers)
    headers.delete('content-length')
    return fetch(url, { ...init, body, headers })
  })
}

test('a tool of an MCP server is called by a model of ours with arguments that it takes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tsukimi-agent-'))
  const config = join(directory, 'mcp.json')
  const servers = { box: { command: process.execPath, args: [mcpProgram] } }
  await writeFile(config, JSON.stringify({ mcpServers: servers }))
  oneCall()
  await using server = await realServer()
  await using mcp = await openMcpTools(await readMcpConfig(config))
  try {
    const events: AgentEvent[] = []
    for await (const event of agentEvents({
      client: server.client,
      model: 'tiny',
      messages: [{ role: 'user', content: 'Add.' }],
      tools: mcp.tools.filter(({ name }) => name === 'add_numbers'),
      limits: { turns: 3 },
      sampling: { maxTokens: 200, seed: 4 },
    }))
      events.push(event)
    const results = events.filter((event) => event.type === 'result')
    expect(results.length).toBeGreaterThan(0)
    for (const { call, content, isError } of results) {
      const { a, b } = JSON.parse(call.arguments) as { a: number; b: number }
      expect({ name: call.name, content, isError }).toEqual({
        name: 'add_numbers',
        content: JSON.stringify({ sum: a + b }),
        isError: false,
      })
    }
    expect(results.map(({ call }) => call.id)).toEqual(['functions.add_numbers:0'])
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: expect.stringMatching(/^(stop|length)$/) })
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('tsukimi chat on a checkpoint: the whole loop in one command', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tsukimi-loop-'))
  const tools = join(directory, 'tools.ts')
  const switched: string[] = []
  Object.assign(globalThis, { switched })
  await writeFile(
    tools,
    `export default [{
      name: 'lamp',
      parameters: {
        type: 'object',
        properties: { state: { enum: ['on', 'off'] } },
        required: ['state'],
        additionalProperties: false,
      },
      run: ({ state }) => { globalThis.switched.push(state); return 'the lamp is ' + state },
    }]`,
  )
  await writeTinyCheckpoint(join(directory, 'model'), { ...tinyConfig, maxPositionEmbeddings: 1024 })
  oneCall()
  const printed: string[] = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    const args = ['--prompt', 'Light!', '--json', '--no-built-in-tools', '--tools', tools]
    const sampling = ['--max-tokens', '80', '--seed', '4']
    await chatCommand().parseAsync([join(directory, 'model'), ...args, ...sampling], { from: 'user' })
    vi.restoreAllMocks()
    const { messages, finish } = JSON.parse(printed.join(''))
    expect(switched).toHaveLength(1)
    const [call] = messages[1].tool_calls
    expect(JSON.parse(call.function.arguments)).toEqual({ state: switched[0] })
    const result = {
      role: 'tool',
      tool_call_id: call.id,
      name: 'lamp',
      content: `the lamp is ${switched[0]}`,
    }
    expect(messages.slice(2)).toEqual([result, { role: 'assistant', content: expect.any(String) }])
    expect(finish).toMatch(/^(stop|length)$/)
  } finally {
    Reflect.deleteProperty(globalThis, 'switched')
    await rm(directory, { recursive: true })
  }
})
