import { expect, test } from 'vitest'
import {
  type Json,
  refuses,
  type ScriptedRequest,
  type Step,
  says,
  saysJson,
  scriptedEndpoint,
} from '../../roles/scripted-endpoint.fixture.ts'
import type { Task } from '../../world/task.ts'
import { simulatedTools } from './simulated-tools.ts'
import { endpointAt, task } from './teacher.fixture.ts'

const { signal } = new AbortController()
const open = task.state.orders!['ORD-2001']!
const cancelled = { ...open, status: 'cancelled' }
const change = (row: Json | null, key = 'ORD-2001', table = 'orders') => ({ table, key, row })
const done = (result: unknown, ...changes: readonly object[]): Step =>
  saysJson({ failed: false, result, changes })

let made = 0
const call = (name: string, given: unknown) => ({
  id: `functions.${name}:${made++}`,
  name,
  arguments: typeof given === 'string' ? given : JSON.stringify(given),
})
const cancel = (key = 'ORD-2001') => call('cancel_order', { order_id: key })
const find = () => call('find_orders', {})

async function simulated(
  script: readonly Step[],
  use: (environment: ReturnType<typeof simulatedTools>) => Promise<void>,
  played: Task = task,
): Promise<readonly ScriptedRequest[]> {
  await using server = await scriptedEndpoint(script)
  await using environment = simulatedTools(endpointAt(server.baseUrl), played, 7)
  await use(environment)
  return server.requests
}

const prompted = (request: ScriptedRequest | undefined): string => request!.messages[1]!.content

test('the state is kept and updated, and the next call sees it', async () => {
  const requests = await simulated(
    [done(cancelled, change(cancelled)), done({ items: [] })],
    async (environment) => {
      const first = await environment.call(cancel(), signal)
      expect(first).toMatchObject({ content: JSON.stringify(cancelled), failed: false })
      expect(environment.state.orders!['ORD-2001']).toEqual(cancelled)
      expect(Object.keys(environment.state.orders!)).toEqual(['ORD-2001', 'ORD-2002', 'ORD-2003'])
      expect(task.state.orders!['ORD-2001']).toEqual(open)
      await environment.call(find(), signal)
    },
  )
  expect(prompted(requests[0])).not.toContain('earlier_calls')
  expect(prompted(requests[1])).toContain(
    `cancel_order({"order_id":"ORD-2001"})\n-> ${JSON.stringify(cancelled)}`,
  )
  expect(prompted(requests[1])).toMatch(/"ORD-2001": \{\s+"customer": "CUS-1001",\s+"status": "cancelled"/)
  expect(requests[0]!.seed).not.toBe(requests[1]!.seed)
})

test('rows come and go', async () => {
  const row = { customer: 'CUS-1002', status: 'open', price: 10, due: '2026-04-01' }
  const script = [done({ order_id: 'ORD-2004' }, change(row, 'ORD-2004'), change(null, 'ORD-2003'))]
  await simulated(script, async (environment) => {
    await environment.call(cancel(), signal)
    expect(environment.state.orders!['ORD-2004']).toEqual(row)
    expect(environment.state.orders).not.toHaveProperty('ORD-2003')
  })
})

test.each([
  [
    change({ ...open, status: 'lost' }),
    'orders/ORD-2001: status is "lost", expected one of open, done, cancelled',
  ],
  [change({ status: 'done' }), 'orders/ORD-2001: customer is missing'],
  [change({ ...open, customer: 'CUS-9' }), 'customer is "CUS-9", which is no key of customers'],
  [change(open, 'X-1'), 'orders/X-1: keys begin with ORD-'],
  [change(null, 'ORD-9'), 'orders/ORD-9 is not there and cannot be removed'],
  [change(open, 'a', 'bills'), 'there is no table bills'],
])('a change to %j is repaired', async (wrong, problem) => {
  const requests = await simulated(
    [done({}, wrong), done(cancelled, change(cancelled))],
    async (environment) => {
      expect((await environment.call(cancel(), signal)).failed).toBe(false)
      expect(environment.state.orders!['ORD-2001']).toEqual(cancelled)
    },
  )
  expect(requests[1]!.messages.at(-1)!.content).toContain(problem)
})

test('tools that read change nothing, and calls that fail neither', async () => {
  const requests = await simulated(
    [
      done({ items: [] }, change(cancelled)),
      done({ items: [] }),
      saysJson({ failed: true, result: { error: 'no' }, changes: [change(cancelled)] }),
      saysJson({ failed: true, result: { error: 'order ORD-2003 is done' }, changes: [] }),
    ],
    async (environment) => {
      await environment.call(find(), signal)
      const refused = await environment.call(cancel('ORD-2003'), signal)
      expect(refused).toMatchObject({ content: '{"error":"order ORD-2003 is done"}', failed: true })
      expect(environment.state).toEqual(task.state)
    },
  )
  expect(requests[1]!.messages.at(-1)!.content).toContain('this tool only reads, so changes is empty')
  expect(requests[3]!.messages.at(-1)!.content).toContain('a call that fails changes nothing')
})

test.each([
  [call('pay', {}), 'there is no tool pay'],
  [call('cancel_order', '{"order_id"'), 'the arguments are not JSON'],
  [call('cancel_order', '[1]'), 'the arguments are not a JSON object'],
  [call('cancel_order', {}), 'order_id'],
  [call('cancel_order', { order_id: 3 }), 'arguments.order_id'],
  [call('cancel_order', { order_id: 'ORD-2001', force: true }), 'force'],
])('%j is refused without asking anybody', async (wrong, message) => {
  const requests = await simulated([], async (environment) => {
    const { content, failed, fault } = await environment.call(wrong, signal)
    expect(failed).toBe(true)
    expect(fault).toBeUndefined()
    expect((JSON.parse(content) as { error: string }).error).toContain(message)
  })
  expect(requests).toEqual([])
})

const failing = (kind: 'error' | 'timeout' | 'empty' | 'partial' | 'delay'): Task => ({
  ...task,
  failures: [{ tool: 'cancel_order', nth: 1, kind }],
})

test.each(['error', 'timeout', 'empty', 'partial'] as const)('a seeded %s changes nothing', async (kind) => {
  const script = [
    saysJson({ failed: true, result: { error: 'no' }, changes: [] }),
    done(cancelled, change(cancelled)),
    done(cancelled, change(cancelled)),
  ]
  await simulated(
    script,
    async (environment) => {
      await environment.call(cancel('ORD-2003'), signal)
      const hit = await environment.call(cancel(), signal)
      expect(hit).toMatchObject({ failed: true, meta: { seeded: kind } })
      expect(hit.content).toContain('"retryable":true')
      expect(environment.state).toEqual(task.state)
      expect((await environment.call(cancel(), signal)).failed).toBe(false)
      expect(environment.state.orders!['ORD-2001']).toEqual(cancelled)
    },
    failing(kind),
  )
})

test('an answer that cannot be used is the fault of the tools, an endpoint that fails is nobody’s', async () => {
  const nonsense = says('As a language model I cannot run tools.')
  await simulated([nonsense, nonsense, nonsense], async (environment) => {
    const { content, failed, fault, meta } = await environment.call(cancel(), signal)
    expect([content, failed, fault]).toEqual(['{"error":"internal error"}', true, 'tools'])
    expect(meta!.rejected).toContain('tool simulator@1: rejected (form)')
  })
  await simulated([refuses(401, 'no key')], async (environment) => {
    await expect(environment.call(cancel(), signal)).rejects.toMatchObject({ kind: 'refused' })
  })
})

test('tools of which only the declaration is known make their own tables', async () => {
  const bare: Task = {
    ...task,
    state: {},
    application: {
      ...task.application,
      tables: [],
      tools: task.application.tools.map(({ declaration }) => ({ declaration })),
    },
  }
  const note = { text: 'x', pinned: true }
  const script = [done({ id: 'n1' }, { table: 'notes', key: 'n1', row: note }), done({ items: [note] })]
  const requests = await simulated(
    script,
    async (environment) => {
      await environment.call(find(), signal)
      expect(environment.state).toEqual({ notes: { n1: note } })
      await environment.call(find(), signal)
    },
    bare,
  )
  expect(prompted(requests[1])).toContain('"n1"')
  expect(prompted(requests[0])).not.toContain('<semantics>')
})
