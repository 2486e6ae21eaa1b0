import { UserError } from '../../user-error.ts'
import type { NamedValue } from './named-value.ts'
import { pluginKind } from './plugin-path.ts'

export interface ClientSettings {
  /** How many of this process's devices to use; all without it. */
  readonly devices?: number
  /** Share of each device's memory that may be taken (GPU), 0.92 without it. */
  readonly memoryFraction?: number
  /** Takes memory as it is needed instead of at the start (GPU). */
  readonly preallocate?: boolean
  readonly processId?: number
  readonly processCount?: number
}

/** What CUDA, cuBLAS, cuDNN and NCCL want beside stays below 6 GB of 80. XLA's own default is 0.75. */
const MEMORY_FRACTION = 0.92

/** What Client_Create is told. Plugins refuse options that they do not know, so each gets only its own. */
export function clientOptions(plugin: string, settings: ClientSettings): Record<string, NamedValue> {
  const { devices, memoryFraction, preallocate, processId, processCount } = settings
  if (devices !== undefined && (!Number.isInteger(devices) || devices < 1))
    throw new UserError(`The xla engine cannot use ${devices} devices; give a whole number from 1 on`)
  if (memoryFraction !== undefined && !(memoryFraction > 0 && memoryFraction <= 1))
    throw new UserError(`memoryFraction is ${memoryFraction}; it must be above 0 and at most 1`)
  if (pluginKind(plugin) !== 'gpu') return {}
  return {
    ...(devices !== undefined && { visible_devices: Array.from({ length: devices }, (_, i) => i) }),
    memory_fraction: { float: memoryFraction ?? MEMORY_FRACTION },
    ...(preallocate !== undefined && { preallocate }),
    ...(processId !== undefined && { node_id: processId }),
    ...(processCount !== undefined && { num_nodes: processCount }),
  }
}
