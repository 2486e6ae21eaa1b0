import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseMcpConfig } from '../../../agent/mcp-config.ts'
import { applicationAt } from '../application.ts'
import { parseApplication } from '../application-schema.ts'
import { createDistinctApplications } from '../distinct-applications.ts'
import { classifyDomain } from './classify-domain.ts'
import { importTools, rejectionCounts } from './import-tools.ts'
import { fetchToolLists, readToolLists, type ToolList } from './tool-lists.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-tools-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const tool = (name: string, description: unknown, inputSchema: unknown = { type: 'object' }) => ({
  name,
  description,
  inputSchema,
})
const save = (name: string, value: unknown) =>
  writeFile(join(directory, name), typeof value === 'string' ? value : JSON.stringify(value))

test('saved answers in their three forms, and files that are none', async () => {
  const one = tool('one', 'Reads one file')
  await save('a.json', { jsonrpc: '2.0', id: 1, result: { tools: [one] } })
  await save('b.json', { tools: [one] })
  await save('c.json', [one])
  await save('d.json', '{"tools": [')
  await save('e.json', { resources: [] })
  await save('notes.txt', 'not read')
  const lists = await Array.fromAsync(readToolLists(directory))
  expect(lists.map(({ source, tools }) => [source, tools.length])).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
    ['d', 0],
    ['e', 0],
  ])
  expect(lists[3]?.problem).toMatch(/d\.json.*not JSON/)
  expect(lists[4]?.problem).toMatch(/e\.json: expected an answer to tools\/list/)
  await expect(Array.fromAsync(readToolLists(join(directory, 'none')))).rejects.toThrow(/none/)
  const imported = await importTools(lists)
  expect(rejectionCounts(imported.rejections)).toEqual({ 'near-duplicate': 2, 'no tools': 2 })
})

const reasons: readonly [string, unknown, string][] = [
  ['a name with spaces', tool('read file', 'Reads'), 'invalid name'],
  ['no description', tool('read', '  '), 'no description'],
  ['a description that is no text', tool('read', 4), 'no tool'],
  ['a list of arguments', tool('read', 'Reads', { type: 'array' }), 'invalid schema'],
  [
    'a reference whose escapes are none',
    tool('read', 'Reads', { type: 'object', properties: { a: { $ref: '#/$defs/100%' } } }),
    'invalid schema',
  ],
  [
    'a type that there is not',
    tool('read', 'Reads', { type: 'object', properties: { a: { type: 'text' } } }),
    'invalid schema',
  ],
  [
    'a reference to itself',
    tool('read', 'Reads', { type: 'object', properties: { a: { $ref: '#' } } }),
    'cyclic $ref',
  ],
  [
    'references in a circle',
    tool('read', 'Reads', {
      type: 'object',
      properties: { a: { $ref: '#/$defs/x' } },
      $defs: { x: { items: { $ref: '#/$defs/y' } }, y: { items: { $ref: '#/$defs/x' } } },
    }),
    'cyclic $ref',
  ],
  [
    'a reference into nothing',
    tool('read', 'Reads', { type: 'object', properties: { a: { $ref: '#/$defs/x' } } }),
    'invalid schema',
  ],
  [
    'a keyword that cannot be kept to',
    tool('read', 'Reads', { type: 'object', not: { required: ['a'] } }),
    'unsupported schema',
  ],
  [
    'a huge schema',
    tool('read', 'Reads', { type: 'object', description: 'x'.repeat(30_000) }),
    'huge schema',
  ],
]

test.each(reasons)('%s is rejected', async (_, input, kind) => {
  const list: ToolList = { source: 's', tools: [input, tool('good', 'Counts the words of a text')] }
  const { applications, rejections, seen, kept } = await importTools([list])
  expect(rejections.map((rejection) => rejection.kind)).toEqual([kind])
  expect(rejections[0]!.message).not.toBe('')
  expect([seen, kept, applications.length]).toEqual([2, 1, 1])
})

test('references that share what they refer to are no circle, however many', async () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      i === 29
        ? { type: 'string' }
        : { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  )
  const list = { source: 's', tools: [tool('deep', 'Has shared parts', { type: 'object', $defs })] }
  expect((await importTools([list])).kept).toBe(1)
})

test('near-duplicates of each other and of synthetic tools go, what is kept can be read back', async () => {
  const distinct = createDistinctApplications({ leastTools: 1 })
  const synthetic = applicationAt(1, 1)
  distinct.add(synthetic)
  const copy = synthetic.tools[0]!.declaration.function
  const list: ToolList = {
    source: 'server',
    tools: [
      tool(copy.name, copy.description, copy.parameters),
      tool('list_repositories', 'Lists the repositories of a GitHub user'),
      tool('list_repositories', 'again'),
    ],
  }
  const { applications, rejections } = await importTools([list], { distinct })
  expect(rejections.map(({ kind }) => kind).toSorted()).toEqual(['near-duplicate', 'repeated name'])
  expect(
    applications.map((application) => parseApplication(JSON.parse(JSON.stringify(application)), 'x')),
  ).toEqual(applications)
})

test('domains are guessed by words', () => {
  const declared = (name: string, description: string) =>
    ({ type: 'function', function: { name, description } }) as const
  expect(classifyDomain([declared('create_issue', 'Opens an issue in a GitHub repository')])).toBe(
    'software_apps',
  )
  expect(classifyDomain([declared('getStockPrice', 'Price of a stock and its dividends')])).toBe(
    'financial_trading',
  )
  expect(classifyDomain([declared('frobnicate', 'Does something')])).toBe('unknown')
})

test('a server is asked for its tools; one that cannot be started is a problem', async () => {
  const fixture = fileURLToPath(new URL('../../../agent/mcp-stdio.fixture.ts', import.meta.url))
  const servers = parseMcpConfig(
    {
      mcpServers: {
        box: { command: process.execPath, args: [fixture] },
        gone: { command: 'no-such-program-here' },
      },
    },
    'mcp.json',
  )
  const lists = await Array.fromAsync(fetchToolLists(servers))
  expect(lists[0]!.tools.length).toBeGreaterThan(3)
  expect(lists[1]!.problem).toMatch(/MCP server "gone" .* cannot be used/)
})
