import { statSync } from 'node:fs'
import { koffi } from '../ffi/koffi.ts'
import type { Address } from '../ffi/native-function.ts'
import type { Client } from './client.ts'
import { programKey, readEntry, writeEntry } from './compile-cache.ts'
import { inspect, type Loaded } from './loaded.ts'
import { deserialize, serialized } from './serialized.ts'
import { newStruct } from './struct.ts'

export interface Compiled extends Loaded {
  readonly fromCache: boolean
}

/**
 * Compiles StableHLO text, or takes the compiled program from the cache. A damaged entry, or one that the plugin
 * refuses, is compiled and written anew.
 *
 * @param options a serialized CompileOptionsProto
 * @throws PjrtError with what the compiler said
 */
export async function compileText(
  client: Client,
  text: string,
  options: Uint8Array,
  cacheDirectory: string | null,
): Promise<Compiled> {
  if (cacheDirectory === null)
    return { ...inspect(client, await compile(client, text, options)), fromCache: false }
  const key = programKey(text, [options, ...compilerIdentity(client)])
  const entry = await readEntry(cacheDirectory, key)
  const cached = entry && (await deserialize(client, entry, options).catch(() => undefined))
  if (cached) return { ...inspect(client, cached), fromCache: true }
  const loaded = inspect(client, await compile(client, text, options))
  const payload = await serialized(client, loaded.handle)
  if (payload !== undefined) await writeEntry(cacheDirectory, key, payload)
  return { ...loaded, fromCache: false }
}

async function compile({ api, handle: client }: Client, text: string, options: Uint8Array): Promise<Address> {
  const [code, format] = [Buffer.from(text), Buffer.from('mlir')]
  const program = newStruct([
    koffi.address(code),
    BigInt(code.length),
    koffi.address(format),
    BigInt(format.length),
  ])
  const { executable } = await api.Client_Compile.later({
    client,
    program: { ...program, memory: [code, format] },
    options: { address: koffi.address(options), memory: options },
    optionsSize: options.length,
  })
  return executable
}

/** What besides the program decides over the compiled result. */
function compilerIdentity({
  api,
  attributes,
  platform,
  platformVersion,
  devices,
}: Client): readonly string[] {
  const kinds = devices.map(({ kind }) => kind)
  const { size } = statSync(api.path)
  return [api.version, `${size}`, JSON.stringify(attributes), platform, platformVersion, kinds.join()]
}
