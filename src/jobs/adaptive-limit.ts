/**
 * How many requests an endpoint is given at once, found by additive increase and multiplicative decrease: one more
 * after each window of successes, half as many after a refusal.
 */
export interface LimitState {
  /** Requests at once. */
  readonly limit: number
  readonly max: number
  /** Successes since the limit last changed; as many as the limit are a window. */
  readonly successes: number
  /** Counts the halvings. A refusal of a request that began before the last one says nothing new. */
  readonly epoch: number
}

/** What a request says of its endpoint: `failed` (a bad answer, an abort) says nothing of its load. */
export type RequestOutcome = 'success' | 'overloaded' | 'failed'

/** The limit after a request that began at `epoch` has ended. */
export function limitAfter(state: LimitState, outcome: RequestOutcome, epoch: number): LimitState {
  if (outcome === 'overloaded') {
    if (epoch < state.epoch) return state
    return { ...state, limit: Math.max(1, Math.floor(state.limit / 2)), successes: 0, epoch: state.epoch + 1 }
  }
  if (outcome === 'failed') return state
  const successes = state.successes + 1
  if (successes < state.limit) return { ...state, successes }
  return { ...state, limit: Math.min(state.max, state.limit + 1), successes: 0 }
}

/** The right to one request, to be given back once with how the request ended. */
export type Permit = (outcome: RequestOutcome) => void

export interface AdaptiveLimit {
  readonly limit: number
  /** Requests under way. */
  readonly active: number
  /** Waits for a place, first come first served. @throws the signal's reason when it aborts before */
  acquire(signal?: AbortSignal): Promise<Permit>
}

/**
 * A limit for one endpoint.
 *
 * @param options.max the most requests at once  @param options.start those at once before anything is known
 */
export function createAdaptiveLimit({ max, start = max }: { max: number; start?: number }): AdaptiveLimit {
  for (const [name, value] of Object.entries({ max, start }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name}: expected a whole number of at least 1, got ${value}`)
  let state: LimitState = { limit: Math.min(start, max), max, successes: 0, epoch: 0 }
  let active = 0
  const waiting = new Set<(permit: Permit) => void>()

  const permit = (): Permit => {
    const { epoch } = state
    let given = false
    active++
    return (outcome) => {
      if (given) return
      given = true
      active--
      state = limitAfter(state, outcome, epoch)
      admit()
    }
  }
  const admit = (): void => {
    for (const next of waiting) {
      if (active >= state.limit) return
      waiting.delete(next)
      next(permit())
    }
  }

  return {
    get limit() {
      return state.limit
    },
    get active() {
      return active
    },
    acquire(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Permit>()
      if (signal?.aborted) {
        reject(signal.reason)
        return promise
      }
      const leave = (): void => {
        waiting.delete(enter)
        reject(signal?.reason)
      }
      const enter = (given: Permit): void => {
        signal?.removeEventListener('abort', leave)
        resolve(given)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.add(enter)
      admit()
      return promise
    },
  }
}
