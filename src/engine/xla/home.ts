import type { XlaBuffer } from './buffer.ts'
import type { Client } from './client.ts'
import type { XlaDevice } from './device.ts'
import type { RunGate } from './run-gate.ts'
import { distinctShards, type Spread } from './spread.ts'

/** What the buffers and executables of one engine share. */
export interface Home {
  readonly client: Client
  /** Devices of all processes that the engine computes on, in the order of a mesh. */
  readonly devices: readonly XlaDevice[]
  readonly gate: RunGate
  /** Resolves when the runs that were asked for so far are with the devices. */
  launches: Promise<void>
  readonly buffers: Set<XlaBuffer>
  /** Host memory that copies to devices still read. */
  readonly uploading: Set<object>
  /** Why nothing runs any more, or what went wrong in a run whose caller has its outputs already. */
  failure: Error | undefined
  closed: boolean
}

/** The devices of this process that hold parts of a tensor, in the order of the mesh. */
export function localDevices(
  { devices }: Pick<Home, 'devices'>,
  { starts }: Spread,
): readonly { readonly position: number; readonly device: XlaDevice }[] {
  // Whole tensors lie on a device of this process, whichever the first of the mesh is.
  if (starts.length === 1)
    return devices
      .filter(({ addressable }) => addressable)
      .slice(0, 1)
      .map((device) => ({ position: 0, device }))
  return devices
    .slice(0, starts.length)
    .map((device, position) => ({ position, device }))
    .filter(({ device }) => device.addressable)
}

/** Whether this process holds every part of a tensor. */
export const isLocal = (home: Pick<Home, 'devices'>, spread: Spread): boolean => {
  const here = localDevices(home, spread).map(({ position }) => position)
  return distinctShards(spread, here).length === distinctShards(spread, [...spread.starts.keys()]).length
}
