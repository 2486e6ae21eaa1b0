import { expect, test } from 'vitest'
import { asks, calls, result, says, shopState, shopTask, trajectoryOf } from './world.fixture.ts'
import { agentTools, worldEnvironment } from './world-environment.ts'

const signal = new AbortController().signal
const call = (name: string, args: object = {}) => ({ id: '1', name, arguments: JSON.stringify(args) })
const note = call('note_order', { key: 'ORD-1001', note: 'hi' })

test('an agent has its tools and no others', async () => {
  const agent = { id: 'a', systemPrompt: null, tools: ['get_order'] }
  const environment = worldEnvironment(shopTask({ agent }))
  expect(environment.tools.map((tool) => tool.function.name)).toEqual(['get_order'])
  expect(await environment.call(note, signal)).toEqual({
    content: '{"error":"there is no tool note_order"}',
    failed: true,
  })
  expect(() => agentTools(shopTask({ agent: { ...agent, tools: ['magic'] } }))).toThrow(
    "the agent's tool magic is none of shop",
  )
})

test('calls read and change the state; what was read before stays what it was', async () => {
  const environment = worldEnvironment(shopTask())
  const before = environment.state
  expect(await environment.call(note, signal)).toMatchObject({ failed: false })
  expect(environment.state.orders!['ORD-1001']!.note).toBe('hi')
  expect(before).toBe(shopState)
  expect(before.orders!['ORD-1001']!.note).toBeNull()
  expect(await environment.call(call('get_order', { key: 'ORD-9' }), signal)).toEqual({
    content: '{"error":"no order with order_id ORD-9"}',
    failed: true,
  })
})

test('a seeded failure hits its call before anything is done; a delay lets it through', async () => {
  const failures = [
    { tool: 'note_order', nth: 0, kind: 'timeout' },
    { tool: 'note_order', nth: 1, kind: 'delay' },
  ] as const
  const environment = worldEnvironment(shopTask({ failures }))
  expect(await environment.call(call('count_prices'), signal)).toEqual({
    content: '{"count":3}',
    failed: false,
  })
  expect(await environment.call(note, signal)).toMatchObject({ failed: true, meta: { seeded: 'timeout' } })
  expect(environment.state).toBe(shopState)
  expect(await environment.call(note, signal)).toMatchObject({ failed: false, meta: { seeded: 'delay' } })
  expect(environment.state.orders!['ORD-1001']!.note).toBe('hi')
})

test('a call that is refused anyhow is refused, whatever is seeded', async () => {
  const failures = [{ tool: 'get_order', nth: 0, kind: 'error' }] as const
  const environment = worldEnvironment(shopTask({ failures }))
  expect((await environment.call(call('get_order'), signal)).content).toBe(
    '{"error":"no order with order_id "}',
  )
  expect(await environment.call(call('get_order', { key: 'ORD-1001' }), signal)).toMatchObject({
    failed: false,
  })
})

test('the rubric is checked on the state as it is at the end', async () => {
  const check = { kind: 'column', table: 'orders', key: 'ORD-1001', column: 'note', equals: 'hi' } as const
  const rubric = {
    success: [{ name: 'noted', check }],
    pattern: [],
    checkpoints: [{ name: 'called', check: { kind: 'called', tool: 'note_order' } as const }],
    judged: [],
  }
  const environment = worldEnvironment(shopTask({ rubric }))
  const trajectory = trajectoryOf(asks('x'), calls(['1', 'note_order']), result('1'), says('Done.'))
  const passed = async () => (await environment.check(trajectory)).map(({ name, passed: ok }) => [name, ok])
  expect(await passed()).toEqual([
    ['success/noted', false],
    ['checkpoints/called', true],
  ])
  await environment.call(note, signal)
  expect((await passed())[0]).toEqual(['success/noted', true])
})
