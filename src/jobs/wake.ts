/** A bell that one or several wait for. A ring that nobody waits for is heard by the next who does. */
export interface Wake {
  ring(): void
  /** @param ms longest wait; without it until the bell rings */
  wait(ms?: number): Promise<void>
}

export function createWake(): Wake {
  let rung = false
  const waiting = new Set<() => void>()
  return {
    ring() {
      rung = waiting.size === 0
      for (const go of waiting) go()
    },
    wait(ms) {
      if (rung) {
        rung = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        const go = (): void => {
          clearTimeout(timer)
          waiting.delete(go)
          resolve()
        }
        const timer = ms === undefined ? undefined : setTimeout(go, ms)
        waiting.add(go)
      })
    },
  }
}
