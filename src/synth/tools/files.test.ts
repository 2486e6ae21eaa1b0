import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Application } from '../../world/application.ts'
import { applicationAt } from './application.ts'
import { parseApplication, readApplications } from './application-schema.ts'
import { generateApplications } from './generate-applications.ts'
import { writeApplications } from './write-applications.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-applications-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('generated applications come back from their file, whose bytes are the same again', async () => {
  const path = join(directory, 'applications.jsonl')
  const counts: number[] = []
  const made = [
    ...generateApplications({ seed: 4, tools: 500, onProgress: ({ tools }) => counts.push(tools) }),
  ]
  expect(await writeApplications(path, made)).toBe(made.length)
  expect(await Array.fromAsync(readApplications(path))).toEqual(made)
  const bytes = await readFile(path)
  await writeApplications(path, generateApplications({ seed: 4, tools: 500 }))
  expect((await readFile(path)).equals(bytes)).toBe(true)
  expect(counts.at(-1)).toBeGreaterThanOrEqual(500)
  expect(made.reduce((sum, { tools }) => sum + tools.length, 0)).toBe(counts.at(-1))
})

type Change = (application: Application) => unknown
const withTool = (application: Application, change: object): unknown => ({
  ...application,
  tools: [{ ...application.tools[0], ...change }],
})
const changedParameters = (application: Application, parameters: unknown): unknown => {
  const { function: tool } = application.tools[0]!.declaration
  return withTool(application, { declaration: { type: 'function', function: { ...tool, parameters } } })
}

const cases: readonly [string, Change, RegExp][] = [
  ['an unknown key', (a) => ({ ...a, toolz: 1 }), /^a:1: unknown key "toolz"/],
  ['no tables', ({ tables: _, ...rest }) => rest, /a:1: tables: missing, expected an array/],
  [
    'an unknown kind of semantics',
    (a) => withTool(a, { semantics: { kind: 'fetch' } }),
    /tools\[0\]\.semantics.*/,
  ],
  [
    'a table that is not there',
    (a) => withTool(a, { semantics: { kind: 'get', table: 'ghosts', key: { value: 'x' } } }),
    /there is no table ghosts/,
  ],
  [
    'a parameter that is not declared',
    (a) => withTool(a, { semantics: { kind: 'compute', result: 'x', formula: { param: 'ghost' } } }),
    /there is no parameter ghost/,
  ],
  ['a schema that is none', (a) => changedParameters(a, { type: 'objekt' }), /are no JSON Schema/],
  [
    'a cyclic reference',
    (a) => changedParameters(a, { type: 'object', properties: { a: { $ref: '#' } } }),
    /have a cyclic \$ref, #/,
  ],
  ['two tools of one name', (a) => ({ ...a, tools: [a.tools[0], a.tools[0]] }), /two tools are named/],
]

test.each(cases)('%s is told', (_, change, message) => {
  const application = applicationAt(1, 1)
  expect(() => parseApplication(change(application), 'a:1')).toThrow(message)
})

test('a line that is no application is told with its place', async () => {
  const path = join(directory, 'bad.jsonl')
  await writeFile(path, `${JSON.stringify(applicationAt(1, 1))}\n{"name": "x"}\n`)
  await expect(Array.fromAsync(readApplications(path))).rejects.toThrow(/bad\.jsonl:2:/)
})
