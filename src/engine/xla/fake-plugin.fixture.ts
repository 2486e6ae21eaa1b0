import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newValue, type Program } from '../../tensor/program.ts'
import type { Type } from '../../tensor/types.ts'
import { loadLibrary } from '../ffi/koffi.ts'

/** Counters that must be zero when everything was freed. */
const owned = [
  'clients',
  'buffers',
  'events',
  'errors',
  'executables',
  'handles',
  'serialized',
  'memory',
] as const

/** What a test may set, with the values that it begins with. */
const settings = {
  major: 0,
  minor: 90,
  devices: 2,
  /** Bytes that each argument struct is larger than we know it. */
  grow: 0,
  /** 1: no client and no serialized program is accepted. */
  refuse: 0,
  /** Error code with which uploads fail. */
  upload_fail: 0,
  /** Milliseconds that it waits for other processes. */
  patience: 10_000,
} as const
const read = ['compiled', 'deserialized', 'partitions', 'firstOption'] as const

export interface FakePlugin {
  readonly path: string
  get(name: (typeof read)[number] | (typeof owned)[number]): number
  set(values: { readonly [N in keyof typeof settings]?: number }): void
  /** What the plugin still has, by name; empty where nothing leaked. */
  leaks(): Record<string, number>
  [Symbol.dispose](): void
}

/** Why the fake plugin cannot be built here; undefined where it can. */
export const noCompiler: string | undefined =
  process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0
    ? undefined
    : 'needs Linux and a C compiler (cc)'

const source = fileURLToPath(new URL('./fake-plugin.fixture.c', import.meta.url))

/** Compiles a shared library; its name makes the engine take it for a plugin for GPUs, which takes options. */
export function compileC(file: string, output: string): void {
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', output, file, '-lpthread'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`cc failed: ${stderr}`)
}

export function buildFakePlugin(): FakePlugin {
  const folder = mkdtempSync(join(tmpdir(), 'fake-pjrt-'))
  const path = join(folder, 'libfake_cuda.so')
  compileC(source, path)
  const library = loadLibrary(path)
  const get = library.func('long fake_get(const char *name)')
  const set = library.func('void fake_set(const char *name, long value)')
  return {
    path,
    get: (name) => Number(get(name)),
    set: (values) => {
      for (const [name, value] of Object.entries(values)) set(name, value)
    },
    leaks: () =>
      Object.fromEntries(owned.map((name) => [name, Number(get(name))]).filter(([, value]) => value !== 0)),
    [Symbol.dispose]: () => {
      for (const [name, value] of Object.entries(settings)) set(name, value)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Puts every setting back to what it begins with. */
export const resetFake = (fake: FakePlugin): void => fake.set(settings)

/** A Program without equations, for a module whose directives stand for its body. */
export const fakeProgram = (inputs: readonly Type[], outputs: readonly Type[], name = 'tiny'): Program => ({
  name,
  inputs: inputs.map(newValue),
  equations: [],
  outputs: outputs.map(newValue),
})

/** Directives of the fake plugin, a line each. */
export const fakeText = (...directives: readonly string[]): string =>
  directives.map((line) => `// fake.${line}\n`).join('')

/** `output f32 2x3 from 0` */
export const copyOf = ({ dtype, shape }: Type, input: number, plus = 0): string =>
  `output ${dtype} ${shape.join('x') || 'scalar'} from ${input}${plus === 0 ? '' : ` plus ${plus}`}`
