import type { Placement } from '../../tensor/mesh.ts'
import { optimize } from '../../tensor/passes/optimize.ts'
import type { Program } from '../../tensor/program.ts'
import type { Type, TypedArray } from '../../tensor/types.ts'
import type { CompileOptions, Engine } from '../engine.ts'
import { loadApi } from './api.ts'
import type { XlaBuffer } from './buffer.ts'
import { type Client, createClient, destroyClient } from './client.ts'
import { type ClientSettings, clientOptions } from './client-options.ts'
import { type Compiled, compileText } from './compile.ts'
import { defaultCacheDirectory, programKey } from './compile-cache.ts'
import { serializeCompileOptions } from './compile-options.ts'
import { compileShared, type Sharing } from './compile-shared.ts'
import { type DeviceMemory, deviceMemory, type XlaDevice } from './device.ts'
import { XlaExecutable } from './executable.ts'
import { compileError } from './failure.ts'
import type { Home } from './home.ts'
import { kernelPlatform } from './kernel-platform.ts'
import type { Distributed } from './key-value/start.ts'
import { unload } from './loaded.ts'
import { cudaDataDirectory, pluginPath } from './plugin-path.ts'
import { RunGate } from './run-gate.ts'
import { devicesFor, signatureOf } from './signature.ts'
import { spreadOf } from './spread.ts'
import { uploadTo } from './upload.ts'
import { distributedFlags, flagsFor, type XlaFlags } from './xla-flags.ts'

/** Runs that may be under way on the devices: one computes, the next is ready, two hide delays of the event loop. */
const RUNS_UNDER_WAY = 4

export interface XlaEngineOptions extends Pick<ClientSettings, 'devices' | 'memoryFraction' | 'preallocate'> {
  /** Path of a PJRT plugin; `TSUKIMI_PJRT_PLUGIN` or an installed Python package's without it. */
  readonly plugin?: string
  /** Where compiled programs are kept, `~/.cache/tsukimi/xla` without it; null keeps none. */
  readonly cacheDirectory?: string | null
  /** This process's place among several that compute together, each with its own devices. */
  readonly distributed?: Distributed
  /** Over `defaultFlags` and `TSUKIMI_XLA_FLAGS`. */
  readonly xlaFlags?: XlaFlags
}

export interface XlaVersions {
  readonly plugin: string
  /** Of the PJRT interface, e.g. `0.115`. */
  readonly api: string
  readonly platform: string
}

export interface XlaEngine extends Engine {
  /** `cuda`, `rocm`, `tpu`. */
  readonly platform: string
  readonly versions: XlaVersions
  /** Devices of all processes in the order of a mesh. */
  readonly devices: readonly XlaDevice[]
  /** Compilations so far, and how many of them the cache spared. */
  readonly compilations: { readonly total: number; readonly fromCache: number }
  /** What each of this process's devices holds; null where the plugin does not tell. */
  memory(): readonly (DeviceMemory | null)[]
  upload(type: Type, data?: TypedArray, placement?: Placement): XlaBuffer
  compile(program: Program, options?: CompileOptions): Promise<XlaExecutable>
  /** Compiles StableHLO text with inputs and outputs of the program's types. */
  load(text: string, program: Program, options?: CompileOptions): Promise<XlaExecutable>
  /** Resolves when everything was freed after the engine was disposed. */
  readonly closed: Promise<void>
}

/**
 * The engine for GPUs and TPUs: XLA through the PJRT C interface of a plugin.
 *
 * @throws UserError if there is no plugin, the file is none or too old, it finds no device that it can use, or an
 * option is out of range
 */
export async function createXlaEngine(options: XlaEngineOptions = {}): Promise<XlaEngine> {
  const { distributed } = options
  const path = pluginPath(options.plugin)
  const settings = clientOptions(path, { ...options, ...distributed })
  const api = loadApi(path)
  if (distributed === undefined) return new DeviceEngine(await createClient(api, settings), options)
  const { startKeyValues } = await import('./key-value/start.ts')
  const keyValues = await startKeyValues(distributed)
  try {
    const client = await createClient(api, settings, keyValues)
    const sharing = { ask: keyValues.ask, process: distributed.processId, programs: 0 }
    return new DeviceEngine(client, options, sharing, keyValues.close)
  } catch (error) {
    keyValues[Symbol.dispose]()
    throw error
  }
}

class DeviceEngine implements XlaEngine {
  readonly name = 'xla'
  readonly memoryOfItsOwn = true
  readonly platform: string
  readonly versions: XlaVersions
  readonly devices: readonly XlaDevice[]
  readonly compilations = { total: 0, fromCache: 0 }
  readonly closed: Promise<void>
  readonly #home: Home
  readonly #cacheDirectory: string | null
  readonly #flags: XlaFlags
  readonly #sharing: Sharing | undefined
  readonly #afterwards: () => Promise<void>
  readonly #executables = new Set<XlaExecutable>()
  readonly #close = Promise.withResolvers<void>()
  #compiling = 0
  #disposed = false
  #released = false

  /** @param afterwards to be done when the client is gone */
  constructor(
    client: Client,
    { devices, cacheDirectory, xlaFlags }: XlaEngineOptions,
    sharing?: Sharing,
    afterwards: () => Promise<void> = async () => {},
  ) {
    const { api, platform, platformVersion } = client
    this.#sharing = sharing
    this.#afterwards = afterwards
    this.platform = platform
    this.versions = { plugin: api.path, api: api.version, platform: platformVersion }
    // With several processes each has made its own choice already, and all must agree on the order.
    const single = client.devices.every(({ addressable }) => addressable)
    this.devices = single ? client.devices.slice(0, devices) : client.devices
    this.closed = this.#close.promise
    // Whoever awaits it learns of a failure; nobody has to.
    this.closed.catch(() => {})
    this.#home = {
      client,
      devices: this.devices,
      gate: new RunGate(RUNS_UNDER_WAY),
      launches: Promise.resolve(),
      buffers: new Set(),
      uploading: new Set(),
      failure: undefined,
      closed: false,
    }
    this.#cacheDirectory = cacheDirectory === undefined ? defaultCacheDirectory() : cacheDirectory
    const cuda = platform === 'cuda' ? cudaDataDirectory(api.path) : undefined
    this.#flags = {
      ...(cuda && { xla_gpu_cuda_data_dir: cuda }),
      ...(sharing && platform !== 'tpu' && distributedFlags),
      ...flagsFor(platform, xlaFlags),
    }
  }

  memory(): readonly (DeviceMemory | null)[] {
    this.#assertUsable()
    return this.devices
      .filter(({ addressable }) => addressable)
      .map((device) => deviceMemory(this.#home.client.api, device))
  }

  upload(type: Type, data?: TypedArray, placement?: Placement): XlaBuffer {
    this.#assertUsable()
    if (placement !== undefined) devicesFor({ mesh: placement.mesh, inputs: [], outputs: [] }, this.devices)
    return uploadTo(this.#home, spreadOf({ dtype: type.dtype, shape: [...type.shape] }, placement), data)
  }

  async compile(program: Program, options: CompileOptions = {}): Promise<XlaExecutable> {
    this.#assertUsable()
    const [{ lowerToStableHlo }, { keptKernels }] = await Promise.all([
      import('../../lower/stablehlo/module.ts'),
      import('../../lower/stablehlo/kernels/kept-kernels.ts'),
    ])
    const platform = kernelPlatform(this.platform, this.devices)
    const text = lowerToStableHlo(optimize(program, keptKernels), { ...options, platform })
    return this.load(text, program, options)
  }

  async load(text: string, program: Program, options: CompileOptions = {}): Promise<XlaExecutable> {
    this.#assertUsable()
    const signature = signatureOf(program, options)
    const devices = devicesFor(options.layout, this.devices)
    const { client } = this.#home
    this.#compiling++
    try {
      const compileOptions = serializeCompileOptions({
        devices: devices.map(({ id }) => id),
        flags: this.#flags,
      })
      const loaded = await this.#compile(text, compileOptions, devices).catch((error) => {
        throw compileError(this.#home, error, program.name)
      })
      this.compilations.total++
      if (loaded.fromCache) this.compilations.fromCache++
      const fits = loaded.outputs === program.outputs.length
      if (this.#disposed || !fits) unload(client.api, loaded.handle)
      if (!fits)
        throw new Error(
          `${program.name}: the module has ${loaded.outputs} outputs, the program ${program.outputs.length}`,
        )
      this.#assertUsable()
      const local = devices.filter(({ addressable }) => addressable).map(({ handle }) => handle)
      // 28 bits of a hash leave a program 15/16 of the numbers' range.
      const firstLaunch = Number.parseInt(programKey(text, [compileOptions]).slice(0, 7), 16)
      const order = loaded.devices.map((handle) => local.indexOf(handle))
      const executable = new XlaExecutable(this.#home, loaded, signature, order, firstLaunch, this.#forget)
      this.#executables.add(executable)
      return executable
    } finally {
      this.#compiling--
      this.#releaseIfUnused()
    }
  }

  #compile(text: string, options: Uint8Array, devices: readonly XlaDevice[]): Promise<Compiled> {
    const { client } = this.#home
    const ours = devices.every(({ addressable }) => addressable)
    return ours || this.#sharing === undefined
      ? compileText(client, text, options, this.#cacheDirectory)
      : compileShared(client, text, options, this.#cacheDirectory, this.#sharing)
  }

  readonly #forget = (executable: XlaExecutable): void => {
    this.#executables.delete(executable)
    this.#releaseIfUnused()
  }

  #assertUsable(): void {
    if (this.#disposed) throw new Error('The xla engine was disposed')
  }

  /** Disposes executables and buffers too. What is under way is finished first; `closed` tells when. */
  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    for (const executable of this.#executables) executable[Symbol.dispose]()
    this.#releaseIfUnused()
  }

  #releaseIfUnused(): void {
    if (!this.#disposed || this.#released || this.#executables.size > 0 || this.#compiling > 0) return
    this.#released = true
    for (const buffer of this.#home.buffers) buffer[Symbol.dispose]()
    this.#home.closed = true
    destroyClient(this.#home.client).finally(this.#afterwards).then(this.#close.resolve, this.#close.reject)
  }
}
