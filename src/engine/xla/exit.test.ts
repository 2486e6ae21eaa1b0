import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildFakePlugin, type FakePlugin, noCompiler } from './fake-plugin.fixture.ts'

const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
const start = `
  import { createXlaEngine } from ${module('./engine.ts')}
  import { copyOf, fakeProgram, fakeText } from ${module('./fake-plugin.fixture.ts')}
  const type = { dtype: 'f32', shape: [2] }
  const engine = await createXlaEngine({ plugin: process.argv[1], cacheDirectory: null })
  const executable = await engine.load(fakeText(copyOf(type, 0), 'delay 100'), fakeProgram([type], [type]))
  const input = engine.upload(type)
`

/** Nothing is disposed: an exit in the middle of things must neither hang nor crash. */
describe.skipIf(noCompiler !== undefined)(`the process ends ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())

  test.each([
    ['without work', 'await (await executable.run([input]))[0].read()', 0],
    ['when a run that nobody awaits is over', 'executable.run([input])', 0],
    ['by process.exit during a run', 'executable.run([input]); setTimeout(() => process.exit(7), 5)', 7],
    ['by an error during a run', 'executable.run([input]); setTimeout(() => { throw new Error("x") }, 5)', 1],
  ])('%s', (_, script, code) => {
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', start + script, fake.path], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status: child.status, signal: child.signal }).toEqual({ status: code, signal: null })
    if (code !== 1) expect(child.stderr).toBe('')
  })
})
