import type { Address } from '../ffi/native-function.ts'
import { type PointerArray, pointerArray } from '../ffi/pointer-array.ts'
import type { PjrtApi } from './api.ts'
import type { Loaded } from './loaded.ts'
import { newStruct } from './struct.ts'

/** Position of `launch_id` in PJRT_ExecuteOptions. */
const LAUNCH_ID = 6

/** What one launch gives: buffers whose data comes later, and an event for each device's end. */
export interface Launched {
  /** By output, then by device. */
  readonly outputs: readonly (readonly Address[])[]
  readonly events: readonly Address[]
}

/** A matrix of pointers, a row for each device, as `T* const* const*`. */
function rows(
  devices: number,
  length: number,
): { readonly cells: PointerArray; readonly list: PointerArray } {
  const cells = pointerArray(devices * length)
  const list = pointerArray(devices)
  for (let d = 0; d < devices; d++) list.values[d] = cells.address + BigInt(8 * d * length)
  return { cells, list }
}

/**
 * Execute with the arrays that it passes made once, so one launch at a time. It is called on a thread: on a GPU it waits
 * where the launch queue is full and where a branch is decided.
 *
 * @param firstLaunch where numbers of launches begin: equal in all processes, and apart from other programs', because
 * devices that meet in a collective know each other by this number
 */
export function launcher(
  api: PjrtApi,
  { handle, devices, outputs }: Loaded,
  inputs: number,
  firstLaunch: number,
) {
  const given = rows(devices.length, inputs)
  const made = rows(devices.length, outputs)
  const events = pointerArray(devices.length)
  const options = newStruct()
  const args = {
    executable: handle,
    options,
    inputs: given.list,
    deviceCount: devices.length,
    inputCount: inputs,
    outputs: made.list,
    events,
  }
  let launch = firstLaunch
  /** `order[d]` is the index of the plugin's device d among each input's handles. @throws PjrtError */
  return async (
    buffers: readonly { readonly handles: readonly Address[] }[],
    order: readonly number[],
  ): Promise<Launched> => {
    const { values } = given.cells
    for (let d = 0; d < order.length; d++)
      for (let i = 0; i < inputs; i++) values[d * inputs + i] = buffers[i]!.handles[order[d]!]!
    options.values[LAUNCH_ID] = BigInt((launch = (launch % 0x7fffffff) + 1))
    await api.LoadedExecutable_Execute.later(args)
    const results: Address[][] = []
    for (let i = 0; i < outputs; i++) {
      const shards = new Array<Address>(order.length)
      for (let d = 0; d < order.length; d++) shards[order[d]!] = made.cells.values[d * outputs + i]!
      results.push(shards)
    }
    return { outputs: results, events: [...events.values.subarray(0, order.length)] }
  }
}
