import type { Lease, Queue } from './queue.ts'

/** The units of a queue that this process has taken and not given back, with signs of life for them. */
export interface LeaseSet {
  readonly size: number
  /** Takes leases in; earlier ones of the same units are lost. */
  add(leases: readonly Lease[]): void
  /** Aborts when the lease is lost, or when all units are to stop. */
  signal(lease: Lease): AbortSignal
  drop(leases: readonly Lease[]): void
  /** Stops what is being worked on. */
  abort(): void
  /** Gives all units back as if they had not been taken. */
  release(): Promise<void>
}

/** Time between signs of life, in milliseconds. */
const signEvery = 4000

export function createLeaseSet(queue: Queue, name: string): LeaseSet {
  const held = new Map<string, { readonly lease: Lease; readonly controller: AbortController }>()
  const lost = (): Error => new Error('the lease is lost')
  /** Of this very lease: a unit whose lease was lost may have come back to this process under another. */
  const entryOf = ({ id, retryCount }: Lease) => {
    const entry = held.get(id)
    return entry?.lease.retryCount === retryCount ? entry : undefined
  }
  const giveSigns = async (): Promise<void> => {
    const leases = [...held.values()]
    if (leases.length === 0) return
    const still = await queue.hold(
      name,
      leases.map(({ lease }) => lease),
    )
    for (const { lease, controller } of leases) if (!still.has(lease.id)) controller.abort(lost())
  }
  // A sign that is not heard is given again; the lease outlasts several.
  const signs = setInterval(() => giveSigns().catch(() => {}), signEvery)

  return {
    get size() {
      return held.size
    },
    add(leases) {
      for (const lease of leases) {
        held.get(lease.id)?.controller.abort(lost())
        held.set(lease.id, { lease, controller: new AbortController() })
      }
    },
    signal: (lease) => entryOf(lease)?.controller.signal ?? AbortSignal.abort(lost()),
    drop(leases) {
      for (const lease of leases) if (entryOf(lease) !== undefined) held.delete(lease.id)
    },
    abort() {
      for (const { controller } of held.values()) controller.abort(new Error('the worker stops'))
    },
    async release() {
      clearInterval(signs)
      const leases = [...held.values()].map(({ lease }) => lease)
      held.clear()
      await queue.release(name, leases)
    },
  }
}
