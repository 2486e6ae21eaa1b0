import type { Address } from '../ffi/native-function.ts'
import type { PjrtApi } from './api.ts'
import { countHandle } from './live-handles.ts'
import { bool } from './struct.ts'

/**
 * Waits for events one after another, so that at most one thread of the pool is blocked however many events there
 * are: the pool has four, and reading files needs them too. A plugin's own callback (Event_OnReady) would block one
 * of its threads until the event loop turns, which may itself be inside a call that waits for that thread.
 */
export class EventLane {
  readonly #api: PjrtApi
  #last: Promise<unknown> = Promise.resolve()
  #pending = 0

  constructor(api: PjrtApi) {
    this.#api = api
  }

  /** Owns the event from now on and destroys it. Rejects with the event's error. */
  add(event: Address): Promise<void> {
    countHandle('events', 1)
    this.#pending++
    const done = this.#last.then(() => this.#finish(event))
    this.#last = done.catch(() => {})
    return done
  }

  async #finish(event: Address): Promise<void> {
    try {
      // A finished event does not block: its error, if any, is had without a thread.
      if (bool(this.#api.Event_IsReady({ event }).ready)) this.#api.Event_Await({ event })
      else await this.#api.Event_Await.later({ event })
    } finally {
      this.#api.Event_Destroy({ event })
      countHandle('events', -1)
      this.#pending--
    }
  }

  /** Resolves when nothing is left to wait for. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#last
  }
}
