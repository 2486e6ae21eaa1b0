import type { EndedUnit } from './unit-table.ts'

/** How a unit that is waited for has ended; the text of its output where this process has made it. */
export interface UnitEnd extends EndedUnit {
  readonly text?: string
}

export type Listener = (end: UnitEnd) => void

/** Who waits in this process for which unit. */
export interface Waiters {
  wait(key: string, listener: Listener): void
  leave(key: string, listener: Listener): void
  tell(end: UnitEnd): void
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<Listener>>()
  return {
    wait(key, listener) {
      const listeners = waiting.get(key) ?? new Set()
      waiting.set(key, listeners.add(listener))
    },
    leave(key, listener) {
      const listeners = waiting.get(key)
      if (listeners?.delete(listener) && listeners.size === 0) waiting.delete(key)
    },
    tell(end) {
      const listeners = waiting.get(end.key) ?? []
      waiting.delete(end.key)
      for (const listener of listeners) listener(end)
    },
  }
}
