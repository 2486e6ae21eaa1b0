import { describe, expect, test } from 'vitest'
import type { XlaEngine } from '../engine/xla/engine.ts'
import { buildFakePlugin, noCompiler } from '../engine/xla/fake-plugin.fixture.ts'
import { distributedOf } from './distributed-options.ts'
import { engineOverrides } from './engine-overrides.ts'
import { chosenEngine, openEngine } from './open-engine.ts'

test('what the options leave open is chosen', () => {
  expect(chosenEngine({})).toEqual({ name: 'onnx', precision: 'highest', plugin: null, threads: null })
  expect(chosenEngine({ engine: 'xla', plugin: 'p.so' })).toMatchObject({ precision: 'bf16', plugin: 'p.so' })
  expect(chosenEngine({ engine: 'xla' }, 'highest').precision).toBe('highest')
  expect(chosenEngine({ engine: 'reference' }).precision).toBe('highest')
})

test('settings that the engine lacks are refused', () => {
  expect(() => chosenEngine({ precision: 'bf16' })).toThrow(/^--precision: bf16 needs the engine xla/)
  expect(() => chosenEngine({ plugin: 'p.so' })).toThrow(/^--plugin: p\.so is for the engine xla/)
  const distributed = { coordinator: 'a:1', processId: 0, processCount: 2 }
  expect(() => openEngine({ name: 'onnx', plugin: null, threads: null }, distributed)).toThrow(
    /several processes need the engine xla/,
  )
})

describe.skipIf(noCompiler !== undefined)(`with a fake plugin ${noCompiler ?? ''}`, () => {
  test('xla takes as many devices as are computed on, not all', async () => {
    using fake = buildFakePlugin()
    const choice = { name: 'xla', plugin: fake.path, threads: null } as const
    for (const [devices, count] of [
      [undefined, 1],
      [2, 2],
    ]) {
      const engine = (await openEngine(choice, undefined, devices)) as XlaEngine
      expect(engine.devices).toHaveLength(count!)
      engine[Symbol.dispose]()
      await engine.closed
    }
  })
})

test('options of the command line change the config', () => {
  expect(engineOverrides({ engine: 'xla', devices: 2 })).toEqual([
    { path: ['engine', 'name'], value: 'xla', source: '--engine xla' },
    { path: ['mesh', 'data'], value: 2, source: '--devices 2' },
  ])
})

test('the place among several processes is whole and makes sense', () => {
  expect(distributedOf({})).toBeUndefined()
  expect(distributedOf({ coordinator: 'host:80', processId: 1, processes: 2 })).toEqual({
    coordinator: 'host:80',
    processId: 1,
    processCount: 2,
  })
  expect(() => distributedOf({ processes: 2 })).toThrow(/all three or none/)
  expect(() => distributedOf({ coordinator: 'host', processId: 0, processes: 2 })).toThrow(
    /expected host:port/,
  )
  expect(() => distributedOf({ coordinator: 'host:80', processId: 2, processes: 2 })).toThrow(
    /numbered from 0 to 1/,
  )
})
