import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../chat/messages.ts'
import { callsMade, checkRubric, says as saysFact } from './check.ts'
import type { WorldState } from './state.ts'
import type { Check } from './task.ts'
import { asks, calls, result, says, shopState, trajectoryOf } from './world.fixture.ts'

type Said = readonly (ChatMessage | ReturnType<typeof result>)[]

describe('whether a text says a fact', () => {
  test.each([
    ['it costs 4', '4', true],
    ['it costs 42', '4', false],
    ['it costs 24', '4', false],
    ['it costs 4.5', '4', false],
    ['it costs 4.5', '5', false],
    ['it costs 4.', '4', true],
    ['(4)', '4', true],
    ['4€', '4', true],
    ['x4', '4', false],
    ['it is -4 degrees', '4', false],
    ['it is -4 degrees', '-4', true],
    ['3-4 days', '4', true],
    ['order ORD-4', '4', true],
    ['1,234 items', '1234', true],
    ['1234 items', '1,234', true],
    ['1,234,567', '1234567', true],
    ['1,2345', '12345', false],
    ['1,234.50 EUR', '1234.5', true],
    ['35.20 EUR', '35.2', true],
    ['35.2 EUR', '35.20', true],
    ['35.00 EUR', '35', true],
    ['35.02 EUR', '35.2', false],
    ['The order ORD-1001 is open.', 'ord-1001', true],
    ['The order ORD-10011 is open.', 'ORD-1001', false],
    ['IT IS   OPEN', 'it is open', true],
    ['reopened', 'open', false],
    ['c++ (beta)', 'c++', true],
    ['Straße', 'straß', false],
    ['due 2026-03-01', '2026-03-01', true],
    ['anything', '', false],
    ['', 'x', false],
  ])('%j says %j: %s', (text, fact, expected) => {
    expect(saysFact(text, fact)).toBe(expected)
  })
})

describe('calls with what became of them', () => {
  const made = (...said: Said) =>
    callsMade(trajectoryOf(...said)).map(({ call, failed, turn }) => [call.name, failed, turn])

  test('in order, by turns', () => {
    expect(
      made(
        asks('x'),
        calls(['1', 'a'], ['2', 'b']),
        result('2', true),
        result('1'),
        says('?'),
        calls(['3', 'c']),
        result('3'),
      ),
    ).toEqual([
      ['a', false, 0],
      ['b', true, 0],
      ['c', false, 2],
    ])
  })

  test('ids that come again are told apart by their turns', () => {
    expect(made(calls(['1', 'a']), result('1', true), calls(['1', 'a']), result('1'))).toEqual([
      ['a', true, 0],
      ['a', false, 1],
    ])
    expect(made(calls(['1', 'a'], ['1', 'b']), result('1'), result('1', true))).toEqual([
      ['a', false, 0],
      ['b', true, 0],
    ])
  })

  test('what has no result was not executed', () => {
    expect(made(calls(['1', 'a'], ['2', 'b']), result('1'))).toEqual([
      ['a', false, 0],
      ['b', true, 0],
    ])
  })

  test('other branches do not count', () => {
    const { nodes, ...rest } = trajectoryOf(
      asks('x'),
      calls(['1', 'a']),
      result('1', true),
      calls(['1', 'b']),
      result('1'),
    )
    const branched = nodes.map((node, i) => (i === 3 ? { ...node, parent: 0 } : node))
    expect(callsMade({ ...rest, nodes: branched }).map(({ call }) => call.name)).toEqual(['b'])
  })
})

/** null where the check passes, else what it says. */
function problem(check: Check, said: Said, after: WorldState = shopState): string | null | undefined {
  const rubric = { success: [{ name: 'it', check }], pattern: [], checkpoints: [] }
  const { success } = checkRubric({ state: shopState }, rubric, after, trajectoryOf(...said))
  expect(success[0]).toMatchObject({ name: 'it', kind: 'rule', score: success[0]!.passed ? 1 : 0 })
  return success[0]!.passed ? null : success[0]!.detail
}

const changed: WorldState = {
  ...shopState,
  orders: {
    ...shopState.orders,
    'ORD-1001': { ...shopState.orders!['ORD-1001']!, status: 'paid' },
    'ORD-1004': { account: 'ACC-1001', status: 'open', price: 1, note: null },
  },
}

describe('checks of the state', () => {
  test.each<[Check, string | null]>([
    [{ kind: 'column', table: 'orders', key: 'ORD-1001', column: 'status', equals: 'paid' }, null],
    [
      { kind: 'column', table: 'orders', key: 'ORD-1001', column: 'status', equals: 'open' },
      'status of orders/ORD-1001 is "paid", not "open"',
    ],
    [{ kind: 'column', table: 'orders', key: 'ORD-1001', column: 'gone', equals: null }, null],
    [
      { kind: 'column', table: 'orders', key: 'ORD-9', column: 'status', equals: 'open' },
      'orders/ORD-9 is not there',
    ],
    [
      { kind: 'column', table: 'bills', key: 'ORD-9', column: 'status', equals: 'open' },
      'bills/ORD-9 is not there',
    ],
    [{ kind: 'rows', table: 'orders', where: { status: 'PAID' }, count: 2 }, null],
    [{ kind: 'rows', table: 'orders', where: { status: 'paid', price: 20.2 }, count: 1 }, null],
    [{ kind: 'rows', table: 'orders', where: { note: null }, count: 3 }, null],
    [{ kind: 'rows', table: 'bills', where: {}, count: 0 }, null],
    [{ kind: 'rows', table: 'orders', where: {}, count: 3 }, '4 rows of orders are so, not 3'],
    [{ kind: 'unchanged', except: ['orders/ORD-1001', 'orders/ORD-1004'] }, null],
    [{ kind: 'unchanged', except: ['orders/*'] }, null],
    [{ kind: 'unchanged', except: ['orders/ORD-1001'] }, 'changed without need: orders/ORD-1004'],
    [{ kind: 'unchanged', except: ['accounts/*'] }, 'changed without need: orders/ORD-1001, orders/ORD-1004'],
  ])('%j', (check, expected) => {
    expect(problem(check, [], changed)).toBe(expected)
  })

  test('a row that went has changed; one that was written again as it was has not', () => {
    const { 'ORD-1001': _, ...left } = shopState.orders!
    const check: Check = { kind: 'unchanged', except: [] }
    expect(problem(check, [], { ...shopState, orders: left })).toBe('changed without need: orders/ORD-1001')
    expect(problem(check, [], structuredClone(shopState))).toBeNull()
    expect(problem(check, [], { accounts: shopState.accounts! })).toContain('orders/ORD-1003')
  })
})

const said: Said = [
  asks('x'),
  calls(['1', 'a', { key: 'ORD-1', lines: [{ sku: 'A', n: 1 }], note: ' Hi ' }], ['2', 'b']),
  result('1'),
  result('2', true),
  says('Which one?'),
  asks('y'),
  calls(['3', 'a', { key: 'ORD-2' }]),
  result('3'),
  calls(['4', 'c']),
  result('4'),
  says('It costs 1,200 EUR.'),
]

describe('checks of what was done', () => {
  test.each<[Check, string | null]>([
    [{ kind: 'called', tool: 'a' }, null],
    [{ kind: 'called', tool: 'a', arguments: { key: 'ord-1', note: 'hi' } }, null],
    [{ kind: 'called', tool: 'a', arguments: { lines: [{ sku: 'A' }] } }, null],
    [{ kind: 'called', tool: 'a', arguments: { lines: [] } }, '0 such calls of a, not 1 or more'],
    [{ kind: 'called', tool: 'a', arguments: { lines: [{ n: '1' }] } }, '0 such calls of a, not 1 or more'],
    [{ kind: 'called', tool: 'b' }, '0 such calls of b, not 1 or more'],
    [{ kind: 'called', tool: 'a', atLeast: 3 }, '2 such calls of a, not 3 or more'],
    [{ kind: 'called', tool: 'a', atMost: 2 }, null],
    [{ kind: 'called', tool: 'a', atMost: 1 }, '2 such calls of a, not 1 to 1'],
    [{ kind: 'called', tool: 'd', atLeast: 0, atMost: 0 }, null],
    [{ kind: 'not_called', tool: 'd' }, null],
    [{ kind: 'not_called', tool: 'b' }, 'called b'],
    [{ kind: 'not_called' }, 'called a, b, a, c'],
    [{ kind: 'order', first: 'a', second: 'c' }, null],
    [{ kind: 'order', first: 'c', second: 'a' }, 'c did not come before a'],
    [{ kind: 'order', first: 'b', second: 'c' }, 'b did not come before c'],
    [{ kind: 'order', first: 'a', second: 'd' }, 'a did not come before d'],
    [{ kind: 'together', tools: ['b', 'a'] }, null],
    [{ kind: 'together', tools: ['a', 'a'] }, 'no turn calls a, a together'],
    [{ kind: 'together', tools: ['a', 'c'] }, 'no turn calls a, c together'],
    [{ kind: 'said', anyOf: ['1300', '1200'] }, null],
    [{ kind: 'said', anyOf: ['200', 'y'] }, 'no answer says "200" or "y"'],
    [{ kind: 'asked', before: ['c'] }, null],
    [{ kind: 'asked', before: ['a'] }, 'it did not ask before it acted'],
    [{ kind: 'asked', before: [] }, 'it did not ask before it acted'],
    [{ kind: 'asked', before: ['d'] }, null],
  ])('%j', (check, expected) => {
    expect(problem(check, said)).toBe(expected)
  })

  test('nothing is called, nothing asked', () => {
    expect(problem({ kind: 'not_called' }, [asks('x'), says('Hello.')])).toBeNull()
    expect(problem({ kind: 'asked', before: [] }, [asks('x'), says('Hello.')])).not.toBeNull()
    expect(problem({ kind: 'asked', before: [] }, [asks('x'), says('Who?')])).toBeNull()
  })

  test('arguments that are no JSON are no such call', () => {
    const broken: ChatMessage = {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: '1', name: 'a', arguments: '{' }],
    }
    expect(
      problem({ kind: 'called', tool: 'a', arguments: { key: 1 } }, [broken, result('1')]),
    ).not.toBeNull()
  })
})

test('a rubric has its sections; tests are left to the sandbox', () => {
  const check = { name: 'n', check: { kind: 'not_called' } as const }
  const parts = checkRubric(
    { state: shopState },
    { success: [check, { name: 't', check: { kind: 'tests' } }], pattern: [check], checkpoints: [] },
    shopState,
    trajectoryOf(says('x')),
  )
  const part = { name: 'n', kind: 'rule', score: 1, passed: true }
  expect(parts).toEqual({ success: [part], pattern: [part], checkpoints: [] })
})
