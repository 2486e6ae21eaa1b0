/** Native objects that exist: what tests compare with zero after everything was disposed. */
export interface LiveHandles {
  readonly clients: number
  readonly executables: number
  /** PJRT_Buffers: one for each shard of a tensor on one of our devices. */
  readonly buffers: number
  readonly events: number
}

const counts = { clients: 0, executables: 0, buffers: 0, events: 0 }

export const liveHandles = (): LiveHandles => ({ ...counts })

export function countHandle(kind: keyof LiveHandles, change: number): void {
  counts[kind] += change
}
