import { afterAll, describe, expect, it } from 'vitest'
import { bubblewrapForTests } from '../agent/sandbox/bubblewrap.fixture.ts'
import { openJavascript } from '../agent/sandbox/javascript.ts'
import type { Trajectory } from '../trajectory/trajectory.ts'
import type { Task } from '../world/task.ts'
import { type SandboxChoice, sandboxEnvironment } from './sandbox-environment.ts'
import { writeCodeTests } from './tasks/code/code-tests.ts'
import { generateCodeTask } from './tasks/code/generate-code-task.ts'

const javascript = openJavascript()
const bubblewrap = await bubblewrapForTests()
afterAll(async () => {
  javascript[Symbol.dispose]()
  await bubblewrap?.[Symbol.asyncDispose]()
})

const cases = [1, 2, 3].map((n) => ({
  name: `square(${n})`,
  module: 'main',
  function: 'square',
  args: [n],
  expected: n * n,
}))

function taskOf(language: 'javascript' | 'python'): Task {
  const module = language === 'javascript' ? 'src/main.js' : 'main.py'
  const { task } = generateCodeTask({ seed: 1, index: 1, language })
  return {
    ...task,
    code: {
      language,
      files: { ...(language === 'javascript' && { 'package.json': '{"type":"module"}' }), [module]: '' },
      tests: writeCodeTests(cases.map((one) => ({ ...one, module }))),
    },
  }
}

const nothing = { nodes: [] } as unknown as Trajectory

async function inEnvironment<T>(
  task: Task,
  choice: SandboxChoice,
  use: (
    call: (name: string, args?: object | string) => Promise<unknown>,
    score: () => Promise<number>,
  ) => Promise<T>,
): Promise<T> {
  await using environment = await sandboxEnvironment(task, choice)
  const call = async (name: string, args: object | string = {}) => {
    const text = typeof args === 'string' ? args : JSON.stringify(args)
    const { content } = await environment.call(
      { id: 'x', name, arguments: text },
      new AbortController().signal,
    )
    return JSON.parse(content)
  }
  const score = async () => (await environment.check(nothing)).find(({ kind }) => kind === 'tests')!.score
  return await use(call, score)
}

const places: readonly [string, 'javascript' | 'python', () => SandboxChoice, boolean][] = [
  ['JavaScript in QuickJS', 'javascript', () => ({ javascript }), true],
  ['JavaScript in bubblewrap', 'javascript', () => ({ bubblewrap: bubblewrap! }), bubblewrap !== undefined],
  ['Python in bubblewrap', 'python', () => ({ bubblewrap: bubblewrap! }), bubblewrap?.python !== undefined],
]

const sources = {
  javascript: {
    path: 'src/main.js',
    right: 'export const square = (n) => n * n',
    partly: 'export const square = (n) => (n === 3 ? 0 : n * n)',
    print: "import { square } from './src/main.js'; console.log(square(7))",
    /** Changes what judges in its own process, prints passes, leaves early. */
    cheats: [
      'JSON.stringify = () => "1"; export const square = () => 5',
      'Object.is = () => true; Array.prototype.every = () => true; export const square = () => ({ toJSON: () => "passed" })',
      'console.log("3 passed"); console.log(JSON.stringify({ index: 0, ok: true, value: 1 })); export const square = () => 0',
      'if (typeof process !== "undefined") process.exit(0); export const square = () => 0',
    ],
    endless: 'export const square = (n) => { if (n === 2) for (;;); return n * n }',
  },
  python: {
    path: 'main.py',
    right: 'def square(n):\n    return n * n\n',
    partly: 'def square(n):\n    return 0 if n == 3 else n * n\n',
    print: 'from main import square\nprint(square(7))',
    cheats: [
      'import json\njson.dumps = lambda *a, **k: "1"\ndef square(n):\n    return 5\n',
      'class Same:\n    def __eq__(self, other):\n        return True\ndef square(n):\n    return Same()\n',
      'import os\nprint("3 passed")\nos._exit(0)\n',
      'import sys\nsys.exit(0)\n',
    ],
    endless: 'def square(n):\n    while n == 2:\n        pass\n    return n * n\n',
  },
}

describe.each(places)('a code task: %s', (_, language, choice, isHere) => {
  const { path, right, partly, print, cheats } = sources[language]

  it.skipIf(!isHere)('files are read and written, programs run, tests tell what fails', async () => {
    await inEnvironment(taskOf(language), choice(), async (call, score) => {
      expect(await call('read_file', { path })).toEqual({ content: '' })
      expect(await call('run_tests')).toMatchObject({ passed: 0, total: 3 })
      expect(await call('write_file', { path, content: partly })).toEqual({ written: path })
      expect(await call('run_tests')).toEqual({
        passed: 2,
        total: 3,
        failed: [{ test: 'square(3)', problem: 'wrong result: 0' }],
      })
      expect(await score()).toBeCloseTo(2 / 3)
      await call('write_file', { path, content: right })
      expect(await call('run_code', { code: print })).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^49\s*$/),
      })
      expect(await score()).toBe(1)
      expect(await call('list_files')).toEqual({
        files: language === 'python' ? ['main.py'] : ['package.json', path],
      })
    })
  })

  it.skipIf(!isHere)('tests cannot be talked into passing', async () => {
    for (const content of cheats)
      await inEnvironment(taskOf(language), choice(), async (call, score) => {
        await call('write_file', { path, content })
        expect(await score(), content).toBe(0)
      })
  })

  it.skipIf(!isHere)('calls that do not fit are told what is wrong', async () => {
    await inEnvironment(taskOf(language), choice(), async (call) => {
      expect(await call('red_file', { path })).toEqual({
        error: 'there is no tool "red_file"; did you mean "read_file"?',
      })
      expect(await call('read_file', '{')).toMatchObject({
        error: expect.stringContaining('the arguments are not JSON'),
      })
      expect(await call('read_file', { file: path })).toMatchObject({
        error: expect.stringContaining('the arguments do not fit'),
      })
      expect(await call('read_file', { path: 'none' })).toEqual({
        error: 'cannot read none: there is no such file',
      })
      expect(await call('write_file', { path: '../x', content: '' })).toMatchObject({
        error: expect.stringContaining('below the working directory'),
      })
    })
  })
})

it('a test that never ends fails alone in QuickJS', async () => {
  await inEnvironment(taskOf('javascript'), { javascript }, async (call, score) => {
    await call('write_file', { path: 'src/main.js', content: sources.javascript.endless })
    expect(await score()).toBeCloseTo(2 / 3)
  })
})

it('what cannot run a task is said', async () => {
  await expect(sandboxEnvironment(taskOf('python'), { javascript })).rejects.toThrow(
    'is in python, which needs a sandbox of bubblewrap',
  )
  const { code: _, ...rest } = taskOf('python')
  await expect(sandboxEnvironment(rest, { javascript })).rejects.toThrow('has no workspace')
})
