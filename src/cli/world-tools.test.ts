import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { starterWorld } from '../synth/starter/starter-world.ts'
import { openWorld } from './world-tools.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsukimi-world-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function written(content: unknown): Promise<string> {
  const path = join(root, 'world.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const signal = new AbortController().signal

test('tools work on the state, which keeps what they change', async () => {
  const world = starterWorld(2)
  const { tools, examples } = await openWorld(await written(world))
  expect(examples).toEqual(world.examples)
  const run = (name: string, args: unknown) => tools.find((tool) => tool.name === name)!.run(args, { signal })
  const [order] = Object.entries(world.state.orders!).find(([, { status }]) => status !== 'refunded')!
  expect(run('refund', { order })).toMatchObject({ order, status: 'refunded' })
  expect(run('get_order', { order })).toMatchObject({ order, status: 'refunded' })
  expect(run('refund', { order })).toEqual({ error: `order ${order} is refunded already` })
  expect(run('get_order', { order: 'none' })).toEqual({ error: 'no order with order none' })
})

test('tools that are scripts are run', async () => {
  const world = starterWorld(2)
  const [{ declaration }] = world.application.tools as [(typeof world.application.tools)[number]]
  const source = '(args, state) => ({ result: { warm: args.city.length }, state })'
  const tools = [{ declaration, semantics: { kind: 'script', source } }]
  using open = await openWorld(await written({ ...world, application: { ...world.application, tools } }))
  expect(open.tools[0]!.run({ city: 'Oslo' }, { signal })).toEqual({ warm: 4 })
})

test.each([
  ['no JSON', '{', /world\.json/],
  ['a newer version', { ...starterWorld(1), version: 2 }, /version/],
  ['no state', { ...starterWorld(1), state: undefined }, /state: missing/],
  [
    'a tool of a table that is not there',
    { ...starterWorld(1), application: { ...starterWorld(1).application, tables: [] } },
    /application/,
  ],
])('%s is said with its place', async (_, content, message) => {
  await expect(openWorld(await written(content))).rejects.toThrow(message)
})
