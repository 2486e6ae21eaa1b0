import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '../../user-error.ts'
import { createXlaEngine } from './engine.ts'
import { buildFakePlugin, compileC, type FakePlugin, noCompiler, resetFake } from './fake-plugin.fixture.ts'
import { listDevices } from './list-devices.ts'
import { liveHandles } from './live-handles.ts'
import { cudaDataDirectory, pluginFiles, pluginKind, pluginPath } from './plugin-path.ts'

const folder = mkdtempSync(join(tmpdir(), 'plugins-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const put = (...path: string[]): string => {
  const file = join(folder, ...path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'not a library')
  return file
}

describe('which plugin is loaded', () => {
  const before = process.env.TSUKIMI_PJRT_PLUGIN
  afterEach(() => {
    if (before === undefined) delete process.env.TSUKIMI_PJRT_PLUGIN
    else process.env.TSUKIMI_PJRT_PLUGIN = before
  })

  test('what was asked for, then the environment, then installed packages, CUDA 13 first', () => {
    delete process.env.TSUKIMI_PJRT_PLUGIN
    const [first, second] = [join(folder, 'a'), join(folder, 'b')]
    const folders = () => [first, second]
    const tpu = put('a', 'libtpu/libtpu.so')
    expect(pluginPath(undefined, folders)).toBe(tpu)
    const cuda12 = put('a', pluginFiles[1]!)
    expect(pluginPath(undefined, folders)).toBe(cuda12)
    const cuda13 = put('b', pluginFiles[0]!)
    expect(pluginPath(undefined, folders)).toBe(cuda13)
    process.env.TSUKIMI_PJRT_PLUGIN = '/some/plugin.so'
    expect(pluginPath(undefined, folders)).toBe('/some/plugin.so')
    expect(pluginPath('/other.so', folders)).toBe('/other.so')
  })

  test('without any it says how to install one', () => {
    delete process.env.TSUKIMI_PJRT_PLUGIN
    const none = () => pluginPath(undefined, () => [join(folder, 'empty')])
    expect(none).toThrow(UserError)
    expect(none).toThrow(
      /pip install "jax-cuda13-plugin\[with-cuda\]".*pip install libtpu.*TSUKIMI_PJRT_PLUGIN/,
    )
  })

  test("CUDA's own files are found beside the plugin", () => {
    const plugin = put('c', pluginFiles[0]!)
    expect(cudaDataDirectory(plugin)).toBeUndefined()
    put('c', 'nvidia/cu13/nvvm/libdevice/libdevice.10.bc')
    expect(cudaDataDirectory(plugin)).toBe(join(folder, 'c', 'nvidia', 'cu13'))
  })
})

test('what a plugin is for is in the name of its file, whatever its folders are called', () => {
  const kinds = [...pluginFiles, 'build/pjrt_c_api_gpu_plugin.so', 'cuda-venv/libtpu/libtpu.so'].map(
    pluginKind,
  )
  expect(kinds).toEqual(['gpu', 'gpu', 'gpu', 'gpu', 'other', 'gpu', 'other'])
})

test('a file that is missing or no library is named', async () => {
  const missing = createXlaEngine({ plugin: join(folder, 'nothing.so') })
  await expect(missing).rejects.toThrow(UserError)
  await expect(missing).rejects.toThrow('nothing.so: no such file; give the path of a PJRT plugin')
  const text = createXlaEngine({ plugin: put('text.so') })
  await expect(text).rejects.toThrow(UserError)
  await expect(text).rejects.toThrow(/text\.so cannot be loaded as a PJRT plugin: .+/)
})

describe.skipIf(noCompiler !== undefined)(`a fake plugin ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())
  afterEach(() => {
    resetFake(fake)
    expect(fake.leaks()).toEqual({})
    expect(liveHandles().clients).toBe(0)
  })

  test('a library that is no plugin is named', async () => {
    const source = join(folder, 'other.c')
    writeFileSync(source, 'int other(void) { return 1; }')
    compileC(source, join(folder, 'other.so'))
    await expect(createXlaEngine({ plugin: join(folder, 'other.so') })).rejects.toThrow(
      /other\.so is a shared library, but no PJRT plugin: it has no function GetPjrtApi/,
    )
  })

  test.each([
    [0, 69],
    [1, 3],
  ])('version %i.%i is refused', async (major, minor) => {
    fake.set({ major, minor })
    const old = createXlaEngine({ plugin: fake.path })
    await expect(old).rejects.toThrow(UserError)
    await expect(old).rejects.toThrow(
      `has version ${major}.${minor} of the PJRT interface; the xla engine needs 0.70`,
    )
  })

  test('a client that cannot be had gives the reason, without a stack trace', async () => {
    fake.set({ refuse: 1 })
    await expect(createXlaEngine({ plugin: fake.path })).rejects.toThrow(
      /^The plugin .*libfake_cuda\.so cannot start on this machine: XLA: No visible GPU devices\. \(Client_Create: FAILED_PRECONDITION\)$/,
    )
  })

  test('options out of range are named', async () => {
    await expect(createXlaEngine({ plugin: fake.path, devices: 0 })).rejects.toThrow('cannot use 0 devices')
    await expect(createXlaEngine({ plugin: fake.path, memoryFraction: 2 })).rejects.toThrow(
      'memoryFraction is 2',
    )
  })

  test('lists devices as plain data', async () => {
    expect(await listDevices(fake.path)).toEqual({
      plugin: fake.path,
      apiVersion: '0.90',
      platform: 'fake',
      platformVersion: 'fake 1.2',
      devices: [10, 11].map((id) => ({ id, kind: 'Fake X1', process: 0, memory: 8 * 2 ** 30 })),
    })
  })
})
