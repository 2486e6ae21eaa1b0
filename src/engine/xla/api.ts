import { UserError } from '../../user-error.ts'
import { koffi } from '../ffi/koffi.ts'
import { type Address, pointersAt } from '../ffi/native-function.ts'
import type { PointerArray } from '../ffi/pointer-array.ts'
import { type FieldOf, type FunctionName, functions } from './functions.ts'
import { openPlugin } from './open-plugin.ts'
import { codeName, PjrtError, withoutTrace } from './pjrt-error.ts'
import { FIRST_FIELD, int32, newStruct, STRUCT_BYTES } from './struct.ts'

/** PJRT 0.70 is the first that takes Shardy's ops as they are. */
const REQUIRED_MINOR = 70
/** Byte at which the function pointers of `struct PJRT_Api` begin. */
const FIRST_FUNCTION = 40n

/** Numbers and addresses go as they are; memory goes as its address, and the object is kept alive during the call. */
type Argument = bigint | number | { readonly address: Address; readonly memory?: unknown }
type Arguments<N extends FunctionName> = { readonly [F in FieldOf<N>]?: Argument }
type Fields<N extends FunctionName> = { readonly [F in FieldOf<N>]: bigint }

/** Takes and gives the fields of the function's argument struct; fields left out are zero. @throws PjrtError */
interface ApiFunction<N extends FunctionName> {
  (args: Arguments<N>): Fields<N>
  /** The same on a thread of the pool, for calls that block. */
  later(args: Arguments<N>): Promise<Fields<N>>
}

export type PjrtFunctions = { readonly [N in FunctionName]: ApiFunction<N> }

export interface PjrtApi extends PjrtFunctions {
  readonly path: string
  /** Of the plugin, e.g. `0.115`. */
  readonly version: string
}

type Native = ((args: Address) => Address | null) & {
  async(args: Address, done: (error: Error | null, result: Address | null) => void): void
}

/**
 * Loads a PJRT plugin and binds its functions.
 *
 * @throws UserError if the file is no PJRT plugin, or one of a version that the engine does not know
 */
export function loadApi(path: string): PjrtApi {
  const table = openPlugin(path)
  const [tableBytes, , , , packed] = koffi.decode(table, koffi.array('uint64', 5, 'Array')).map(BigInt)
  const [major, minor] = [int32(packed), int32(packed >> 32n)]
  if (major !== 0 || minor < REQUIRED_MINOR)
    throw new UserError(
      `${path} has version ${major}.${minor} of the PJRT interface; the xla engine needs 0.${REQUIRED_MINOR} ` +
        'or a later 0.x. Install a current plugin: pip install -U "jax[cuda13]" (NVIDIA), pip install -U libtpu (TPU)',
    )
  const count = Number((tableBytes - FIRST_FUNCTION) / 8n)
  const addresses = pointersAt(table + FIRST_FUNCTION, count)
  const api = { path, version: `${major}.${minor}` } as Record<string, unknown> & PjrtApi
  const proto = koffi.proto('void *', ['void *'])
  for (const [name, [index, fields]] of Object.entries(functions)) {
    const native: Native | undefined = addresses[index] ? koffi.decode(addresses[index], proto) : undefined
    Object.assign(api, { [name]: bind(api, name, fields, native) })
  }
  return api
}

/** What native code may be looking at: it knows only addresses, which keep nothing alive. */
const inUse = new Set<object>()

function bind(api: PjrtApi, name: string, fields: readonly string[], native: Native | undefined) {
  if (native === undefined) {
    const missing = () => new PjrtError(name, 'UNIMPLEMENTED', `${api.path} lacks the function`)
    const call = () => {
      throw missing()
    }
    return Object.assign(call, { later: () => Promise.reject(missing()) })
  }
  let bytes = STRUCT_BYTES
  let struct = newStruct([], bytes)
  const fill = (to: PointerArray, args: Record<string, Argument>) => {
    for (let i = 0; i < fields.length; i++) {
      const value = args[fields[i]!] ?? 0n
      to.values[i + FIRST_FIELD] =
        typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : value.address
    }
  }
  const read = (from: PointerArray) => {
    const result: Record<string, bigint> = {}
    for (let i = 0; i < fields.length; i++) result[fields[i]!] = from.values[i + FIRST_FIELD]!
    return result
  }
  /** Throws what the plugin refused; true if it was the size of the struct, which is then right for the next try. */
  const refusedSize = (error: Address | null): boolean => {
    if (error === null || error === 0n) return false
    // These two give nothing back but errors of their own making.
    if (name === 'Error_Message' || name === 'Error_Destroy') return false
    const failure = takeError(api, name, error)
    const wanted = Number(/^Unexpected PJRT_\w+ size: expected (\d+), got \d+/.exec(failure.said)?.[1] ?? 0)
    if (wanted <= bytes) throw failure
    bytes = 8 * Math.ceil(wanted / 8)
    struct = newStruct([], bytes)
    return true
  }
  const call = (args: Record<string, Argument>): Record<string, bigint> => {
    inUse.add(args)
    try {
      fill(struct, args)
      if (refusedSize(native(struct.address))) return call(args)
      return read(struct)
    } finally {
      inUse.delete(args)
    }
  }
  const later = async (args: Record<string, Argument>): Promise<Record<string, bigint>> => {
    const own = newStruct([], bytes)
    inUse.add(args)
    inUse.add(own)
    try {
      fill(own, args)
      const error = await new Promise<Address | null>((resolve, reject) => {
        native.async(own.address, (failure, result) => (failure ? reject(failure) : resolve(result)))
      })
      if (refusedSize(error)) return later(args)
      return read(own)
    } finally {
      inUse.delete(args)
      inUse.delete(own)
    }
  }
  return Object.assign(call, { later })
}

/** Turns a PJRT_Error into one of ours and destroys it. */
function takeError(api: PjrtFunctions, name: string, error: Address): PjrtError {
  const { message, messageSize } = api.Error_Message({ error })
  const said = messageSize === 0n ? 'no reason given' : koffi.decode.string(message, messageSize)
  const { code } = api.Error_GetCode({ error })
  api.Error_Destroy({ error })
  return new PjrtError(name, codeName(int32(code)), withoutTrace(said))
}
