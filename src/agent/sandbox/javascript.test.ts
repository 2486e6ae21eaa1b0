import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openJavascript } from './javascript.ts'

const javascript = openJavascript()
afterAll(() => javascript[Symbol.dispose]())

const run = (body: string, options = {}) =>
  javascript.runScript(`(args, state) => {${body}}`, {}, { n: 1 }, options)
const error = (body: string, options = {}): string => {
  const result = run(body, options)
  return result.ok ? `none: ${JSON.stringify(result)}` : result.error
}

describe('scripts of tools', () => {
  it('are given arguments and state, and give a result and a state', () => {
    const source = '(args, state) => ({ result: args.by + state.n, state: { n: state.n + args.by } });'
    expect(javascript.runScript(source, { by: 2 }, { n: 3 })).toEqual({
      ok: true,
      result: 5,
      state: { n: 5 },
    })
    expect(javascript.runScript('function (a, s) { return { result: 1 } }', {}, { n: 3 })).toEqual({
      ok: true,
      result: 1,
      state: { n: 3 },
    })
    expect(run('return Promise.resolve({ result: 2 })')).toMatchObject({ result: 2 })
  })

  it('give data back as JSON has it, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value))
        const back = javascript.runScript(
          '(args, state) => ({ result: args.value, state })',
          { value: plain },
          plain,
        )
        expect(back).toEqual({ ok: true, result: plain, state: plain })
      }),
      { numRuns: 40 },
    )
  })

  it('that throw, end in an error in their words', () => {
    expect(error('throw new TypeError("no such order")')).toBe('TypeError: no such order')
    expect(error('throw { code: 4 }')).toBe('it threw {"code":4}')
    expect(error('return 5')).toBe('the script must return { result, state }')
    expect(error('return new Promise(() => {})')).toBe('its promise never settles')
    expect(error('return undefinedName')).toBe("ReferenceError: 'undefinedName' is not defined")
    expect(javascript.runScript('(args) => {', {}, {})).toMatchObject({ ok: false })
  })

  it('that never end, are stopped at the same step, or when the time is up', () => {
    expect(error('for (;;);', { steps: 20 })).toBe('it was stopped after 20 steps without an end')
    expect(error('try { for (;;); } catch { return { result: 1 } }', { steps: 20 })).toContain(
      'stopped after 20 steps',
    )
    expect(error('return (async () => { for (;;) await 1 })()', { steps: 5 })).toContain(
      'stopped after 5 steps',
    )
    expect(error('/(a+)+$/.test("a".repeat(40) + "b")', { steps: 20 })).toContain('stopped after 20 steps')
    // A native loop that never looks at the steps: the thread is given up, and the next call has a new one.
    expect(error('const a = []; a.length = 4e9; a.indexOf(1)', { timeoutMs: 200 })).toBe(
      'it was stopped after 200 ms without an end',
    )
    expect(run('return { result: 1 }')).toMatchObject({ result: 1 })
  })

  it('that fill memory or the stack, end in an error', () => {
    const few = { memoryBytes: 4 * 2 ** 20, steps: 1e6 }
    expect(error('const a = []; for (;;) a.push("x".repeat(10000) + a.length)', few)).toMatch(/out of memory/)
    expect(error('new ArrayBuffer(2 ** 30)', few)).toMatch(/out of memory/)
    expect(error('(function f() { f() })()')).toMatch(/stack overflow/)
    expect(error('return { result: JSON.parse("[".repeat(1e5)) }')).toMatch(/stack overflow/)
    expect(error('let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return { result: a }')).toMatch(
      /stack overflow/,
    )
    expect(run('return { result: 1 }', few)).toMatchObject({ result: 1 })
  })

  it('see nothing of the host, and nothing of each other', () => {
    const globals =
      'return { result: [typeof process, typeof require, typeof fetch, typeof setTimeout, typeof Worker, typeof WebAssembly, typeof WeakRef] }'
    expect(run(globals)).toMatchObject({ result: Array(7).fill('undefined') })
    run('globalThis.left = 1; Array.prototype.map = null; return { result: 1 }')
    expect(run('return { result: [typeof left, [1].map((x) => x)] }')).toMatchObject({
      result: ['undefined', [1]],
    })
    expect(error('return import("node:fs")')).toMatch(/there is no module node:fs/)
  })

  it('are the same each time: random numbers, clock, time zone', () => {
    const body = `return { result: [Math.random(), Date.now(), new Date().toISOString(), new Date(2024, 6, 1, 5).toISOString(),
      new Date('2024-07-01T10:00').getTime(), new Date('July 1, 2024 10:00').getHours(), new Date('2024-07-01T10:00Z').toISOString(),
      new Date(2024, 0, 31).getDate(), new Date(0).getTimezoneOffset(), String(new Date(0)), new Date(0) instanceof Date] }`
    const result = run(body)
    expect(result).toEqual(run(body))
    expect(result).toMatchObject({
      result: [
        expect.any(Number),
        Date.UTC(2025, 0, 1),
        '2025-01-01T00:00:00.000Z',
        '2024-07-01T05:00:00.000Z',
        Date.UTC(2024, 6, 1, 10),
        10,
        '2024-07-01T10:00:00.000Z',
        31,
        0,
        'Thu, 01 Jan 1970 00:00:00 GMT',
        true,
      ],
    })
    const random = 'return { result: Math.random() }'
    expect(run(random, { seed: 1 })).not.toEqual(run(random, { seed: 2 }))
    expect(run('return { result: Date.now() }', { now: 5 })).toMatchObject({ result: 5 })
  })
})

it('functions of modules are called one by one; a failing one is no matter to the others', () => {
  const files = {
    'a/x.js':
      'import { y } from "../y.js"; console.log("read", { a: 1 }); export const f = (n) => y(n) + 1; export const g = () => { throw new Error("g") }',
    'y.js': 'export function y(n) { return n * 2 }',
    'broken.js': 'export const = 1',
  }
  const calls = [
    { module: 'a/x.js', name: 'f', args: [3] },
    { module: 'a/x.js', name: 'g', args: [] },
    { module: 'a/x.js', name: 'h', args: [] },
    { module: 'broken.js', name: 'f', args: [] },
    { module: 'y.js', name: 'y', args: [4] },
  ]
  const { outcomes, output } = javascript.run({ files, calls })
  expect(outcomes).toMatchObject([
    { ok: true, value: 7 },
    { ok: false, error: 'Error: g' },
    { ok: false, error: 'a/x.js exports no function h' },
    { ok: false, error: expect.stringContaining('SyntaxError') },
    { ok: true, value: 8 },
  ])
  expect(output).toBe('read {"a":1}')
})

it('a thread that begins too late is given up, and what it says later is no answer', async () => {
  using late = openJavascript({ beginMs: 0 })
  const script = (n: number) => late.runScript(`() => ({ result: ${n} })`, {}, null)
  for (const n of [1, 2]) {
    expect(() => script(n)).toThrow('the thread for JavaScript did not begin')
    await pause(300)
  }
})
