import type { Address } from '../ffi/native-function.ts'
import type { PjrtApi } from './api.ts'
import type { ProgramMemory } from './out-of-memory.ts'
import { int64 } from './struct.ts'

/** Bytes that a compiled program takes on one device; undefined where the plugin does not tell. */
export function programMemory(api: PjrtApi, executable: Address): ProgramMemory | undefined {
  try {
    const stats = api.Executable_GetCompiledMemoryStats({ executable })
    return {
      inputs: int64(stats.inputs),
      outputs: int64(stats.outputs),
      alias: int64(stats.alias),
      temporary: int64(stats.temporary),
    }
  } catch {
    return undefined
  }
}
