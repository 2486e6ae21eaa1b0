import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { refuses, says, scriptedEndpoint } from '../roles/scripted-endpoint.fixture.ts'
import { readStageRecord } from '../synth/pipeline/stage-record.ts'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import { UserError } from '../user-error.ts'
import { synth } from './synth.fixture.ts'

const directory = mkdtempSync(join(tmpdir(), 'synth-roles-'))
vi.stubEnv('DATABASE_URL', '')
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
}, 120_000)

const sizes = { tools: 100, agents: 4, tasks: 6, codeShare: 0.2 }

async function rolesFile(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

describe('models in tsukimi synth', { timeout: 120_000 }, () => {
  test('a model as the assistant of procedural users and tools; what it lost is tried again', async () => {
    const run = join(directory, 'mixed')
    let isDown = true
    await using endpoint = await scriptedEndpoint(({ messages }) => {
      const isProbe = messages.at(-1)!.content.includes('"ready"')
      return isDown && !isProbe && messages.at(-1)!.content.length % 2 === 0
        ? refuses(400, 'no such model')
        : says('I am sorry, I cannot do that.')
    })
    const roles = await rolesFile(
      'assistant.yaml',
      `roles:\n  assistant:\n    base_url: ${endpoint.baseUrl}\n    model: sorry\n    retries: 0\n    prices: { input: 1, output: 2 }\n`,
    )
    await synth('all', { run, roles, ...sizes, concurrency: 1 })
    const before = await readStageRecord(run, 'trajectories')
    expect(Object.keys(before!.lost).join()).toContain('no such model')
    isDown = false
    expect(await synth('all', { run })).toEqual(['trajectories', 'filter'])
    const record = await readStageRecord(run, 'trajectories')
    expect(record).toMatchObject({ output: 6, lost: {} })
    expect(record!.costs).toMatchObject([{ role: 'assistant', model: 'sorry' }])
    const { requests, promptTokens, cost } = record!.costs[0]!
    expect([promptTokens, cost]).toEqual([100 * requests, expect.closeTo(requests * 120e-6, 9)])
    const all = await Array.fromAsync(readTrajectories(join(run, 'trajectories.jsonl')))
    expect(new Set(all.map(({ models }) => models.assistant?.name))).toEqual(new Set(['sorry']))
    expect(all.some(({ labels }) => labels?.family === 'code')).toBe(true)
    await endpoint[Symbol.asyncDispose]()
    expect(await synth('all', { run })).toEqual([])
    await expect(synth('all', { run, agents: 3 })).rejects.toThrow('no work was begun')
    expect(await readFile(join(run, 'config.json'), 'utf8')).toContain('"agents": 4')
  })

  test('nothing is begun where one of them cannot be reached, or answers with a page', async () => {
    const run = join(directory, 'unreached')
    const gone = await rolesFile(
      'gone.json',
      '{"roles": {"judge": {"base_url": "http://127.0.0.1:9/v1", "model": "m", "retries": 0}}}',
    )
    await expect(synth('all', { run, roles: gone })).rejects.toThrow(
      'no work was begun, since not every role answers:\n  judge (m)',
    )
    await using endpoint = await scriptedEndpoint(() => ({ body: '<html>hello</html>' }))
    const page = await rolesFile(
      'page.json',
      JSON.stringify({ judge: { base_url: endpoint.baseUrl, model: 'm', retries: 0 } }),
    )
    await expect(synth('all', { run, roles: page })).rejects.toThrow('answered with an HTML page')
    expect(await readdir(directory)).not.toContain('unreached')
  })
})

describe('tools of MCP servers', { timeout: 120_000 }, () => {
  test('are taken, and passed over where nobody can play them', async () => {
    const lists = join(directory, 'lists')
    await mkdir(lists)
    const tool = (name: string, description: string) => ({
      ...{ name, description },
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
    })
    const tools = [
      tool('read_title', 'Reads the title of a ticket that was filed before.'),
      tool('close_ticket', 'Closes a ticket for good; nobody can open it again.'),
      { name: 'list', description: 'x', inputSchema: { type: 'array' } },
    ]
    await writeFile(join(lists, 'tickets.json'), JSON.stringify({ result: { tools } }))
    const run = join(directory, 'imported')
    await synth(['tools'], { run, tools: 2, mcp: lists })
    expect((await readStageRecord(run, 'tools'))!.details).toMatchObject({
      imported: 2,
      importRejections: { 'invalid schema': 1 },
    })
    await expect(synth(['agents'], { run })).rejects.toThrow('its 2 tools are not executable')
    await synth(['tools', 'agents'], { run, tools: 100, agents: 3 })
    expect((await readStageRecord(run, 'agents'))!.details).toMatchObject({ notExecutable: 2 })
  })

  test('no tool list at all', async () => {
    const lists = join(directory, 'nothing')
    await mkdir(lists)
    const run = join(directory, 'none')
    await expect(synth(['tools'], { run, mcp: lists })).rejects.toThrow(UserError)
    await expect(synth(['tools'], { run, mcp: join(directory, 'no-such') })).rejects.toThrow('no such file')
  })
})
