/** What a get is answered with: the value, or why there is none. */
export type Answer =
  | { readonly value: string }
  | {
      readonly code: 'NOT_FOUND' | 'DEADLINE_EXCEEDED' | 'ALREADY_EXISTS' | 'UNAVAILABLE'
      readonly message: string
    }

/** Keys and values by which processes find each other: a key is written once, and a get waits for it. */
export class KeyValueStore {
  readonly #values = new Map<string, string>()
  readonly #waiting = new Map<string, Set<(value: string) => void>>()

  put(key: string, value: string): Answer {
    if (this.#values.has(key)) return { code: 'ALREADY_EXISTS', message: `the key ${key} was written before` }
    this.#values.set(key, value)
    for (const take of this.#waiting.get(key) ?? []) take(value)
    this.#waiting.delete(key)
    return { value: '' }
  }

  tryGet(key: string): Answer {
    const value = this.#values.get(key)
    return value === undefined ? { code: 'NOT_FOUND', message: `no key ${key}` } : { value }
  }

  /** Waits for the key to be written, at most `timeout` milliseconds. */
  get(key: string, timeout: number): Promise<Answer> {
    const value = this.#values.get(key)
    if (value !== undefined) return Promise.resolve({ value })
    return new Promise((resolve) => {
      const takers = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, takers)
      const take = (value: string) => {
        clearTimeout(timer)
        resolve({ value })
      }
      const timer = setTimeout(() => {
        takers.delete(take)
        resolve({
          code: 'DEADLINE_EXCEEDED',
          message: `no process has written the key ${key} within ${timeout / 1000} s; do all of them run?`,
        })
      }, timeout)
      takers.add(take)
    })
  }
}
