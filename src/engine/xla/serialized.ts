import { koffi } from '../ffi/koffi.ts'
import type { Address } from '../ffi/native-function.ts'
import type { Client } from './client.ts'

/** The bytes of a compiled program; undefined where the plugin has none. */
export async function serialized({ api }: Client, loaded: Address): Promise<Uint8Array | undefined> {
  const { executable } = api.LoadedExecutable_GetExecutable({ loaded })
  try {
    const { bytes, size, owner, deleter } = await api.Executable_Serialize.later({ executable })
    // A copy: the plugin's own bytes go with `owner`.
    const copy = new Uint8Array(koffi.view(bytes, Number(size))).slice()
    if (deleter !== 0n) koffi.decode(deleter, koffi.proto('void', ['void *']))(owner)
    return copy
  } catch {
    return undefined
  } finally {
    api.Executable_Destroy({ executable })
  }
}

/**
 * Loads what `serialized` gave.
 *
 * @param options the serialized CompileOptionsProto that it was compiled with, as this process has it
 * @throws PjrtError if the plugin refuses it
 */
export async function deserialize(
  { api, handle: client }: Client,
  bytes: Uint8Array,
  options: Uint8Array,
): Promise<Address> {
  const { executable } = await api.Executable_DeserializeAndLoad.later({
    client,
    bytes: { address: koffi.address(bytes), memory: bytes },
    size: bytes.length,
    compileOptions: { address: koffi.address(options), memory: options },
    compileOptionsSize: options.length,
  })
  return executable
}
