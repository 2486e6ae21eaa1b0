import { type Address, pointersAt } from '../ffi/native-function.ts'
import type { PjrtApi } from './api.ts'
import type { Client } from './client.ts'
import { countHandle } from './live-handles.ts'
import { programMemory } from './memory-stats.ts'
import type { ProgramMemory } from './out-of-memory.ts'

/** A compiled program on its devices. */
export interface Loaded {
  readonly handle: Address
  readonly outputs: number
  /** The devices of this process that run it, in the plugin's order. */
  readonly devices: readonly Address[]
  readonly memory: ProgramMemory | undefined
}

/** Asks a new PJRT_LoadedExecutable what the engine must know of it. Destroys it if that fails. */
export function inspect({ api }: Client, handle: Address): Loaded {
  countHandle('executables', 1)
  try {
    const { devices, count } = api.LoadedExecutable_AddressableDevices({ executable: handle })
    const { executable } = api.LoadedExecutable_GetExecutable({ loaded: handle })
    try {
      return {
        handle,
        outputs: Number(api.Executable_NumOutputs({ executable }).count),
        devices: pointersAt(devices, Number(count)),
        memory: programMemory(api, executable),
      }
    } finally {
      api.Executable_Destroy({ executable })
    }
  } catch (error) {
    unload(api, handle)
    throw error
  }
}

export function unload(api: PjrtApi, executable: Address): void {
  api.LoadedExecutable_Destroy({ executable })
  countHandle('executables', -1)
}
