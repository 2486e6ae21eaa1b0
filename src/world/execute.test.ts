import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { executeCall, type RunScript } from './execute.ts'
import { isWrite } from './semantics.ts'
import type { WorldState } from './state.ts'
import { frozen, shop, shopState } from './world.fixture.ts'

const run = (name: string, args: object = {}, state: WorldState = shopState, runScript?: RunScript) =>
  executeCall(shop, state, { name, arguments: JSON.stringify(args) }, runScript)

const order1 = { order_id: 'ORD-1001', account: 'ACC-1001', status: 'open', price: 10.1, note: null }
const order3 = { order_id: 'ORD-1003', account: 'ACC-1002', status: 'open', price: 5.125, note: null }

describe('what is read', () => {
  test.each<[string, object, unknown]>([
    ['get_order', { key: 'ORD-1001' }, order1],
    ['order_price', { key: 'ORD-1001' }, { order_id: 'ORD-1001', price: 10.1 }],
    [
      'find_orders',
      {},
      {
        items: [
          { order_id: 'ORD-1002', status: 'paid', price: 20.2 },
          { order_id: 'ORD-1001', status: 'open', price: 10.1 },
        ],
        total: 3,
      },
    ],
    [
      'find_orders',
      { status: 'OPEN', most: 10 },
      { items: [{ order_id: 'ORD-1003', status: 'open', price: 5.125 }], total: 1 },
    ],
    ['find_orders', { status: 'shut' }, { items: [], total: 0 }],
    [
      'newest_orders',
      {},
      { items: ['ORD-1003', 'ORD-1002', 'ORD-1001'].map((order_id) => ({ order_id })), total: 3 },
    ],
    ['count_prices', { status: 'shut' }, { count: 0 }],
    ['count_prices', {}, { count: 3 }],
    ['sum_prices', {}, { sum: 35.425, count: 3 }],
    ['mean_prices', {}, { mean: 11.81, count: 3 }],
    ['minimum_prices', {}, { minimum: 5.125, count: 3 }],
    ['maximum_prices', { status: 'open' }, { maximum: 10.1, count: 2 }],
    ['divide', { amount: 1, parts: 8 }, { share: 0.125 }],
  ])('%s %j', (name, args, value) => {
    expect(run(name, args)).toEqual({ ok: true, value, state: shopState })
  })

  test('rows without a value come last, whichever way they are sorted', () => {
    const price = (value: number | null) => ({ status: 'open', price: value })
    const state = { orders: { a: price(-1), b: price(null), c: price(4) } }
    const found = run('find_orders', {}, state)
    expect(found).toMatchObject({ value: { items: [{ order_id: 'c' }, { order_id: 'a' }], total: 3 } })
  })
})

describe('what is changed', () => {
  test('a row is made with the next key; columns that nothing sets are null', () => {
    const row = { account: 'ACC-1002', status: 'open', price: 7, note: null }
    expect(run('create_order', { account: 'ACC-1002', price: 7 })).toEqual({
      ok: true,
      value: { order_id: 'ORD-1004', ...row },
      state: { ...shopState, orders: { ...shopState.orders, 'ORD-1004': row } },
    })
  })

  test('a row is updated; a parameter that was not given leaves its column alone', () => {
    expect(run('update_order', { key: 'ORD-1003', factor: 2, note: 'x' })).toEqual({
      ok: true,
      value: { ...order3, price: 10.25, note: 'x' },
      state: {
        ...shopState,
        orders: {
          ...shopState.orders,
          'ORD-1003': { account: 'ACC-1002', status: 'open', price: 10.25, note: 'x' },
        },
      },
    })
    expect(run('note_order', { key: 'ORD-1002' })).toMatchObject({ ok: true, state: shopState })
  })

  test('a row is removed', () => {
    const { 'ORD-1001': _, ...orders } = shopState.orders!
    expect(run('remove_order', { key: 'ORD-1001' })).toEqual({
      ok: true,
      value: { removed: 'ORD-1001' },
      state: { ...shopState, orders },
    })
  })

  test('an amount is moved, down to the floor', () => {
    expect(run('transfer', { from: 'ACC-1001', to: 'ACC-1002', amount: 90 })).toEqual({
      ok: true,
      value: { balance: { 'ACC-1001': 10, 'ACC-1002': 110.5 } },
      state: {
        ...shopState,
        accounts: {
          'ACC-1001': { owner: 'Ida', balance: 10 },
          'ACC-1002': { owner: 'Bo', balance: 110.5 },
        },
      },
    })
  })
})

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['get_order', { key: 'ORD-9999' }, 'no order with order_id ORD-9999'],
    ['get_order', {}, 'no order with order_id '],
    ['get_order', { key: 'constructor' }, 'no order with order_id constructor'],
    ['note_order', { key: '__proto__', note: 'x' }, 'no order with order_id __proto__'],
    ['get_order', { key: { toString: 1 } }, 'no order with order_id {"toString":1}'],
    ['sum_prices', { status: 'shut' }, 'nothing matches, so there is no sum of price'],
    ['create_order', { account: 'ACC-7' }, 'no row of accounts with the key ACC-7'],
    ['create_order', { account: 'toString' }, 'no row of accounts with the key toString'],
    [
      'update_order',
      { key: 'ORD-1001', factor: 1, account: 'ACC-7' },
      'no row of accounts with the key ACC-7',
    ],
    ['update_order', { key: 'ORD-1002', factor: 2 }, 'order ORD-1002 is paid, so 20.2 stays'],
    ['update_order', { key: 'ORD-1001' }, 'expected a number, got undefined'],
    ['remove_order', { key: 'ORD-1002' }, 'order ORD-1002 is paid'],
    ['transfer', { from: 'ACC-1001', to: 'ACC-1001', amount: 1 }, 'source and target are the same'],
    ['transfer', { from: 'ACC-1001', to: 'ACC-1002', amount: 0 }, 'the amount must be above 0'],
    ['transfer', { from: 'ACC-1001', to: 'ACC-1002', amount: -5 }, 'the amount must be above 0'],
    ['transfer', { from: 'ACC-1001', to: 'ACC-1002', amount: '5' }, 'the amount must be above 0'],
    ['transfer', { from: 'ACC-1001', to: 'ACC-1002', amount: 90.01 }, 'ACC-1001 has only 100 balance'],
    ['transfer', { from: 'ACC-9', to: 'ACC-1002', amount: 1 }, 'no bank account with account_id ACC-9'],
    ['divide', { amount: 1, parts: 0 }, 'the numbers given have no result'],
    ['only_declared', {}, 'only_declared cannot be executed here'],
    ['no_such_tool', {}, 'there is no tool no_such_tool'],
  ])('%s %j', (name, args, error) => {
    expect(run(name, args)).toEqual({ ok: false, error })
  })

  test('arguments that are none', () => {
    expect(executeCall(shop, shopState, { name: 'get_order', arguments: '{' })).toMatchObject({ ok: false })
    expect(executeCall(shop, shopState, { name: 'get_order', arguments: '[]' })).toEqual({
      ok: false,
      error: 'the arguments are not a JSON object',
    })
  })
})

describe('a script', () => {
  test('tells its result and leaves its state, or what was there', () => {
    const next = { accounts: {}, orders: {} }
    const runScript: RunScript = (_, args, state) =>
      args.keep === true
        ? { ok: true, result: undefined, state: null }
        : { ok: true, result: state, state: next }
    expect(run('script', {}, shopState, runScript)).toEqual({ ok: true, value: shopState, state: next })
    expect(run('script', { keep: true }, shopState, runScript)).toEqual({
      ok: true,
      value: null,
      state: shopState,
    })
  })

  test.each([['broken'], [5], [[]], [{ orders: [] }], [{ orders: { a: 1 } }], [{ orders: null }]])(
    'that leaves %j is broken',
    (state) => {
      expect(run('script', {}, shopState, () => ({ ok: true, result: 1, state }))).toEqual({
        ok: false,
        error: 'the script left no state: tables of rows are needed',
        broken: true,
      })
    },
  )

  test('that throws is refused in its words, and one that is stopped is broken', () => {
    const ended = (end: object) =>
      run('script', {}, shopState, () => ({ ok: false, error: 'closed', ...end }))
    expect(ended({})).toEqual({ ok: false, error: 'closed' })
    expect(ended({ broken: true })).toEqual({ ok: false, error: 'closed', broken: true })
  })

  test('that nobody runs is broken', () => {
    expect(run('script', {})).toEqual({
      ok: false,
      error: 'this tool is a script, and scripts are not run here',
      broken: true,
    })
  })
})

/** Arguments that often mean something, and anything else. */
const argument = fc.oneof(
  fc.constantFrom('ORD-1001', 'ORD-1002', 'ORD-1003', 'ACC-1001', 'ACC-1002', 'open', 1, 2.5, 30, 0, -1),
  fc.jsonValue(),
)
const names = ['key', 'status', 'most', 'account', 'price', 'note', 'factor', 'from', 'to', 'amount', 'parts']
const someCall = fc.record({
  tool: fc.constantFrom(...shop.tools),
  args: fc.dictionary(fc.constantFrom(...names), argument),
})

test('whatever is called: no exception, nothing is changed in place, only writes that went through change', () => {
  fc.assert(
    fc.property(fc.array(someCall, { maxLength: 12 }), (made) => {
      let state = shopState
      for (const { tool, args } of made) {
        const before = JSON.stringify(state)
        const result = run(tool.declaration.function.name, args, state)
        expect(JSON.stringify(state)).toBe(before)
        if (!result.ok) continue
        if (!isWrite(tool.semantics!)) expect(result.state).toBe(state)
        state = frozen(result.state)
      }
    }),
    { numRuns: 500 },
  )
})

test('a transfer keeps the sum, to the last decimal', () => {
  const tenThousandths = fc.integer({ min: 1, max: 10_000_000 })
  fc.assert(
    fc.property(tenThousandths, tenThousandths, tenThousandths, (a, b, moved) => {
      const number = (units: number): number => Number(`${units}e-4`)
      const state = { accounts: { x: { balance: number(a) }, y: { balance: number(b) } } }
      const done = run('transfer', { from: 'x', to: 'y', amount: number(moved) }, state)
      expect(done.ok).toBe(a - moved >= 100_000)
      if (!done.ok) return
      expect(done.state.accounts).toEqual({
        x: { balance: number(a - moved) },
        y: { balance: number(b + moved) },
      })
    }),
  )
})

test('the next key is one that no row has, however keys look', () => {
  const key = fc.oneof(
    fc.string(),
    fc.nat().map((n) => `ORD-${n}`),
    fc.bigInt({ min: 0n, max: 10n ** 25n }).map((n) => `ORD-${n}`),
    fc.constantFrom('ORD-99999999999999999999', 'ORD-9007199254740991', 'ORD-9007199254740990'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(key), (keys) => {
      let state: WorldState = { orders: Object.fromEntries(keys.map((one) => [one, { status: 'open' }])) }
      for (let i = 0; i < 3; i++) {
        const count = Object.keys(state.orders!).length
        const made = run('create_order', {}, state)
        if (!made.ok) throw new Error(made.error)
        expect(Object.keys(made.state.orders!)).toHaveLength(count + 1)
        state = made.state
      }
    }),
  )
})
