import { UserError } from '../../user-error.ts'
import type { Address } from '../ffi/native-function.ts'
import type { PjrtApi } from './api.ts'
import { devicesOf, textAt, type XlaDevice } from './device.ts'
import { EventLane } from './event-lane.ts'
import { countHandle } from './live-handles.ts'
import { type NamedValue, namedValues, readNamedValues } from './named-value.ts'
import { int32 } from './struct.ts'

/** One connection to a plugin's devices, and the two threads at most that wait for what they do. */
export interface Client {
  readonly api: PjrtApi
  readonly handle: Address
  /** `cuda`, `rocm`, `tpu`. */
  readonly platform: string
  readonly platformVersion: string
  /** What the plugin tells of itself, such as `xla_version`. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly process: number
  /** All devices, other processes' too. */
  readonly devices: readonly XlaDevice[]
  /** Ends of runs. */
  readonly runs: EventLane
  /** Ends of copies between host and device. */
  readonly copies: EventLane
}

/** Addresses of callbacks with which processes find each other. */
export interface KeyValueCallbacks {
  readonly get: Address
  readonly put: Address
  readonly tryGet: Address
}

/** Plugins are set up once in a process. */
const initialized = new Set<string>()

/**
 * Starts the plugin's runtime, which takes seconds; the event loop goes on meanwhile.
 *
 * @throws UserError with what the plugin said: there is no device, another process has it, or other processes are missing
 */
export async function createClient(
  api: PjrtApi,
  options: Readonly<Record<string, NamedValue>>,
  keyValue?: KeyValueCallbacks,
): Promise<Client> {
  if (!initialized.has(api.path)) api.Plugin_Initialize({})
  initialized.add(api.path)
  const { attributes, count } = api.Plugin_Attributes({})
  const values = namedValues(options)
  const { client: handle } = await api.Client_Create.later({
    options: values,
    optionCount: values.count,
    get: keyValue?.get ?? 0n,
    put: keyValue?.put ?? 0n,
    tryGet: keyValue?.tryGet ?? 0n,
  }).catch((cause: unknown) => {
    throw new UserError(
      `The plugin ${api.path} cannot start on this machine: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  })
  countHandle('clients', 1)
  const name = api.Client_PlatformName({ client: handle })
  const version = api.Client_PlatformVersion({ client: handle })
  return {
    api,
    handle,
    platform: textAt(name.text, name.textSize),
    platformVersion: textAt(version.text, version.textSize),
    attributes: readNamedValues(attributes, Number(count)),
    process: int32(api.Client_ProcessIndex({ client: handle }).index),
    devices: devicesOf(api, handle),
    runs: new EventLane(api),
    copies: new EventLane(api),
  }
}

/** Ends the runtime when everything that is under way is done. Buffers and executables must be destroyed before. */
export async function destroyClient({ api, handle, runs, copies }: Client): Promise<void> {
  await Promise.all([runs.idle(), copies.idle()])
  await api.Client_Destroy.later({ client: handle })
  countHandle('clients', -1)
}
