/** How something under way ended: well, by signs of too much load, or in a way that says nothing about load. */
export type Ending = 'done' | 'overloaded' | 'other'

/** How much may be under way at once: more while all goes well, half after signs of too much load (AIMD). */
export interface AdaptiveLimit {
  /**
   * Resolves when one more may begin, first come, first served; what it gives is called once, at the end.
   *
   * @throws the signal's reason where it is aborted before
   */
  enter(signal?: AbortSignal): Promise<(ending: Ending) => void>
  /** Nobody enters for so many milliseconds. */
  pause(ms: number): void
  /** How many may be under way now. */
  readonly window: number
  readonly active: number
}

const firstWindow = 4

/**
 * As TCP does it: the window doubles in each round of requests until the first sign of load, then grows by one a round.
 * Only a full window grows, and what began before it was halved does not halve it again.
 *
 * @param most the window's upper bound
 */
export function createAdaptiveLimit(most: number): AdaptiveLimit {
  const waiting = new Set<() => void>()
  let window = Math.min(most, firstWindow)
  let active = 0
  let isDoubling = true
  let halvings = 0
  let pausedUntil = 0
  let alarm: NodeJS.Timeout | undefined

  /** The alarm is set only while somebody waits: it keeps the process alive. */
  function admit(): void {
    clearTimeout(alarm)
    if (waiting.size === 0) return
    const pause = pausedUntil - performance.now()
    if (pause > 0) {
      alarm = setTimeout(admit, Math.ceil(pause))
      return
    }
    for (const begin of waiting) {
      if (active >= Math.floor(window)) return
      waiting.delete(begin)
      active++
      begin()
    }
  }

  function leave(ending: Ending, halvingsBefore: number): void {
    if (ending === 'done' && active >= Math.floor(window))
      window = Math.min(most, window + (isDoubling ? 1 : 1 / window))
    if (ending === 'overloaded' && halvingsBefore === halvings) {
      window = Math.max(1, window / 2)
      isDoubling = false
      halvings++
    }
    active--
    admit()
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const abort = (): void => {
        if (!waiting.delete(resolve)) return
        reject(signal!.reason)
        admit()
      }
      signal?.addEventListener('abort', abort, { once: true })
      waiting.add(resolve)
      admit()
      try {
        await promise
      } finally {
        signal?.removeEventListener('abort', abort)
      }
      const before = halvings
      return (ending) => leave(ending, before)
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, performance.now() + ms)
    },
    get window() {
      return Math.floor(window)
    },
    get active() {
      return active
    },
  }
}
