import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Type } from '../../tensor/types.ts'
import { defaultCacheDirectory, writeEntry } from './compile-cache.ts'
import { createXlaEngine, type XlaEngine } from './engine.ts'
import {
  buildFakePlugin,
  copyOf,
  type FakePlugin,
  fakeProgram,
  fakeText,
  noCompiler,
  resetFake,
} from './fake-plugin.fixture.ts'

const type: Type = { dtype: 'f32', shape: [2] }

describe.skipIf(noCompiler !== undefined)(`the compile cache on a fake plugin ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  let directory: string
  let compiled: number
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'xla-cache-')), 'deep')
    compiled = fake.get('compiled')
  })
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
    resetFake(fake)
    expect(fake.leaks()).toEqual({})
  })

  /** Compiles and runs in an engine of its own; tells what the plugin and the cache had to do. */
  async function use(plus: number, xlaFlags = {}, line = 1) {
    const engine: XlaEngine = await createXlaEngine({
      plugin: fake.path,
      cacheDirectory: directory,
      xlaFlags,
    })
    const text = `${fakeText(copyOf(type, 0, plus))}// add loc("mlp.ts":${line}:1)\n`
    const executable = await engine.load(text, fakeProgram([type], [type]))
    const [output] = await executable.run([engine.upload(type, Float32Array.of(1, 2))])
    expect(await output!.read()).toEqual(Float32Array.of(1 + plus, 2 + plus))
    engine[Symbol.dispose]()
    await engine.closed
    return { compiled: fake.get('compiled') - compiled, ...engine.compilations }
  }

  test('a program is compiled once, another one or other flags again', async () => {
    expect(await use(1)).toEqual({ compiled: 1, total: 1, fromCache: 0 })
    expect(await use(1)).toEqual({ compiled: 1, total: 1, fromCache: 1 })
    expect(await use(2)).toEqual({ compiled: 2, total: 1, fromCache: 0 })
    expect(await use(1, { xla_gpu_autotune_level: 0 })).toEqual({ compiled: 3, total: 1, fromCache: 0 })
    expect(readdirSync(directory)).toHaveLength(3)
  })

  test('source lines that moved make no other program', async () => {
    expect(await use(1, {}, 1)).toEqual({ compiled: 1, total: 1, fromCache: 0 })
    expect(await use(1, {}, 20)).toEqual({ compiled: 1, total: 1, fromCache: 1 })
  })

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 3)],
    ['empty', () => Buffer.alloc(0)],
    ['with a bit turned', (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))],
    ['of another program', () => Buffer.from('#!/bin/sh')],
  ])('an entry %s is compiled and written anew', async (_, damage) => {
    await use(1)
    const file = join(directory, readdirSync(directory)[0]!)
    const whole = readFileSync(file)
    writeFileSync(file, damage(whole))
    expect(await use(1)).toEqual({ compiled: 2, total: 1, fromCache: 0 })
    expect(readFileSync(file)).toEqual(whole)
    expect(await use(1)).toMatchObject({ compiled: 2, fromCache: 1 })
  })

  test('an entry that the plugin refuses is compiled and written anew', async () => {
    await use(1)
    await writeEntry(
      directory,
      readdirSync(directory)[0]!,
      Buffer.from('made by another version of the plugin'),
    )
    expect(await use(1)).toEqual({ compiled: 2, total: 1, fromCache: 0 })
    expect(await use(1)).toMatchObject({ compiled: 2, fromCache: 1 })
  })

  test('a directory that cannot be written to is as good as no cache', async () => {
    mkdirSync(join(directory, '..'), { recursive: true })
    writeFileSync(directory, 'a file')
    expect(await use(1)).toEqual({ compiled: 1, total: 1, fromCache: 0 })
    expect(await use(1)).toEqual({ compiled: 2, total: 1, fromCache: 0 })
  })
})

test('it lies where the system keeps caches', () => {
  const before = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = '/caches'
  expect(defaultCacheDirectory()).toBe(join('/caches', 'tsukimi', 'xla'))
  if (before === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = before
})
