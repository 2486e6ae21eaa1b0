import { afterEach, expect, it } from 'vitest'
import { createLeaseSet, type LeaseSet } from './lease-set.ts'
import type { Lease, Queue } from './queue.ts'

const leaseOf = (key: string, retryCount: number): Lease => ({
  ...{ id: key, key, input: key, retryCount },
  ...{ attempt: 1, lost: retryCount },
})
const released: Lease[] = []
const queue = {
  release: async (_: string, leases: readonly Lease[]) => void released.push(...leases),
} as unknown as Queue

let held: LeaseSet
afterEach(() => held.release())

it('stops the work on a unit that comes back under another lease, and keeps the new one', async () => {
  held = createLeaseSet(queue, 'q')
  const [old, other, fresh] = [leaseOf('a', 0), leaseOf('b', 0), leaseOf('a', 1)]
  held.add([old, other])
  const before = held.signal(old)
  held.add([fresh])
  expect(before.aborted).toBe(true)
  expect(before.reason).toMatchObject({ message: 'the lease is lost' })
  held.drop([old])
  expect(held.size).toBe(2)
  expect(held.signal(fresh).aborted).toBe(false)
  // It may have been taken and not yet begun.
  expect(held.signal(old).aborted).toBe(true)
  held.drop([fresh])
  expect(held.signal(fresh).aborted).toBe(true)
  expect(held.size).toBe(1)
  await held.release()
  expect(released).toEqual([other])
})
