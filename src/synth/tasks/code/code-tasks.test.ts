import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { bubblewrapForTests } from '../../../agent/sandbox/bubblewrap.fixture.ts'
import { openJavascript } from '../../../agent/sandbox/javascript.ts'
import { isSameValue, readCodeTests, writeCodeTests } from './code-tests.ts'
import { generateCodeTask } from './generate-code-task.ts'
import { proveCodeTask } from './prove-code-task.ts'

const javascript = openJavascript()
const bubblewrap = await bubblewrapForTests()
afterAll(async () => {
  javascript[Symbol.dispose]()
  await bubblewrap?.[Symbol.asyncDispose]()
})

const tasksOf = (language: 'javascript' | 'python', seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => generateCodeTask({ seed, index, language }))

describe('code tasks', () => {
  it('in JavaScript are solved by their plans, and their tests refuse wrong solutions', async () => {
    for (const code of tasksOf('javascript', 3, 40)) {
      const { outcome } = await proveCodeTask(code, { javascript })
      expect(outcome).toMatchObject({ reward: 1, status: 'completed' })
    }
  })

  it.skipIf(bubblewrap?.python === undefined)('in Python, too', async () => {
    for (const code of tasksOf('python', 4, 8)) await proveCodeTask(code, { bubblewrap: bubblewrap! })
  })

  it.skipIf(bubblewrap === undefined)('in JavaScript come out the same with Node in a sandbox', async () => {
    for (const code of tasksOf('javascript', 5, 2)) await proveCodeTask(code, { bubblewrap: bubblewrap! })
  })

  it('are a function of seed and index, and differ', () => {
    const [first, again, other] = [
      tasksOf('javascript', 6, 200),
      tasksOf('javascript', 6, 200),
      tasksOf('javascript', 7, 200),
    ]
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    // What is asked, without the sentence around it and without the file's name.
    const asked = [...first, ...other].map(({ task }) => task.user.goal.replace(/^.*\n/, ''))
    expect(new Set(asked).size).toBeGreaterThan(380)
    expect(new Set(first.map(({ task }) => task.difficulty))).toEqual(new Set([1, 2, 3, 4]))
  })

  it('keep what is expected out of the text but for one example a function, and the tests out of the files', () => {
    for (const { task } of tasksOf('python', 8, 30)) {
      expect(Object.keys(task.code!.files)).toHaveLength(1)
      expect(task.user.goal.match(/For example/g)!.length).toBe(task.difficulty === 4 ? 2 : 1)
    }
  })
})

describe('tests as data', () => {
  it('come back as they were written', () => {
    const cases = [{ name: 'f(1)', module: 'a.js', function: 'f', args: [1, [null]], expected: { a: true } }]
    expect(readCodeTests(writeCodeTests(cases), 't')).toEqual(cases)
    expect(() => readCodeTests('{', 'code-1')).toThrow('The tests of task code-1 cannot be read')
    expect(() => readCodeTests('{"version":1,"cases":[]}', 'code-1')).toThrow('cases')
  })

  it('compare as data does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [x, y] = [a, b].map((one) => JSON.parse(JSON.stringify(one)))
        expect(isSameValue(x, structuredClone(x))).toBe(true)
        expect(isSameValue(x, y)).toBe(isSameValue(y, x))
      }),
    )
    expect(isSameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
    expect(isSameValue(0.1 + 0.2, 0.3)).toBe(true)
    for (const [a, b] of [
      [1, '1'],
      [[], {}],
      [null, 0],
      [undefined, null],
      [[1], [1, 2]],
      [1, 1.001],
    ])
      expect(isSameValue(a, b)).toBe(false)
  })
})
