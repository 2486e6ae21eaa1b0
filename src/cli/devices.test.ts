import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildFakePlugin, type FakePlugin, noCompiler } from '../engine/xla/fake-plugin.fixture.ts'

const bin = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
const devices = (...args: readonly string[]) => {
  const env = { ...process.env, TSUKIMI_PJRT_PLUGIN: '', VIRTUAL_ENV: '', CONDA_PREFIX: '' }
  const child = spawnSync(process.execPath, [bin, 'devices', ...args], { encoding: 'utf8', env })
  return { status: child.status, stdout: child.stdout, stderr: child.stderr }
}

test('a plugin that is none is the user’s mistake', () => {
  const { status, stdout, stderr } = devices('--plugin', bin)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^error: .*tsukimi\.js cannot be loaded as a PJRT plugin/)
})

describe.skipIf(noCompiler !== undefined)(`with a fake plugin ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())

  test('lists devices as text and as JSON', () => {
    const { status, stdout, stderr } = devices('--plugin', fake.path)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.replace(fake.path, 'PLUGIN')).toMatchInlineSnapshot(`
      "plugin    PLUGIN
      PJRT      0.90
      platform  fake, fake 1.2

      id  device    memory  process
      10  Fake X1  8.59 GB        0
      11  Fake X1  8.59 GB        0
      "
    `)
    const json = JSON.parse(devices('--json', '--plugin', fake.path).stdout)
    expect(json.devices[0]).toEqual({ id: 10, kind: 'Fake X1', process: 0, memory: 8 * 2 ** 30 })
  })
})
