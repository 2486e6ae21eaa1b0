import { koffi } from '../ffi/koffi.ts'
import { type Address, pointersAt } from '../ffi/native-function.ts'
import type { PjrtApi } from './api.ts'
import { readNamedValues } from './named-value.ts'
import { bool, int32, int64 } from './struct.ts'

/** One accelerator that a client knows. */
export interface XlaDevice {
  /** Unique among all processes' devices. */
  readonly id: number
  /** E.g. `NVIDIA H100 80GB HBM3`. */
  readonly kind: string
  /** Of NVIDIA GPUs, such as `9.0`; null where the plugin does not tell. */
  readonly computeCapability: string | null
  /** Index of the process that uses it. */
  readonly process: number
  /** Whether that is this process. */
  readonly addressable: boolean
  /** The PJRT_Device. */
  readonly handle: Address
}

/** Bytes on one device. */
export interface DeviceMemory {
  readonly inUse: number
  readonly peak: number | null
  /** What may be allocated in all. */
  readonly limit: number | null
}

/** A text that a plugin owns. */
export const textAt = (address: bigint, size: bigint): string =>
  size === 0n ? '' : koffi.decode.string(address, size)

/** All devices of a client, those of other processes too, ordered by process and then by id. */
export function devicesOf(api: PjrtApi, client: Address): readonly XlaDevice[] {
  const { devices, count } = api.Client_Devices({ client })
  return pointersAt(devices, Number(count))
    .map((handle) => describe(api, handle))
    .sort((a, b) => a.process - b.process || a.id - b.id)
}

function capabilityOf(api: PjrtApi, description: Address): string | null {
  try {
    const { attributes, count } = api.DeviceDescription_Attributes({ description })
    const { compute_capability: found } = readNamedValues(attributes!, Number(count))
    return found === undefined ? null : String(found)
  } catch {
    return null
  }
}

function describe(api: PjrtApi, handle: Address): XlaDevice {
  const { description } = api.Device_GetDescription({ device: handle })
  const { text, textSize } = api.DeviceDescription_Kind({ description })
  return {
    id: int32(api.DeviceDescription_Id({ description }).id),
    kind: textAt(text, textSize),
    computeCapability: capabilityOf(api, description!),
    process: int32(api.DeviceDescription_ProcessIndex({ description }).index),
    addressable: bool(api.Device_IsAddressable({ device: handle }).addressable),
    handle,
  }
}

/** What a device's allocator says; null where the plugin does not tell. */
export function deviceMemory(api: PjrtApi, { handle, addressable }: XlaDevice): DeviceMemory | null {
  if (!addressable) return null
  try {
    const stats = api.Device_MemoryStats({ device: handle })
    return {
      inUse: int64(stats.inUse),
      peak: bool(stats.peakIsSet) ? int64(stats.peak) : null,
      limit: bool(stats.limitIsSet) ? int64(stats.limit) : null,
    }
  } catch {
    return null
  }
}
