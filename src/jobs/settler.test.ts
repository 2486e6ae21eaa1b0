import { expect, it } from 'vitest'
import { noCost } from './cost.ts'
import type { JobParts } from './job-parts.ts'
import type { SettledAttempt } from './settle.ts'
import { createSettler } from './settler.ts'

const attemptOf = (key: string): SettledAttempt => ({
  lease: { id: key, key, input: key, retryCount: 0, attempt: 1, lost: 0 },
  cost: noCost,
  end: 'again',
})

const parts = {
  database: { transaction: (statements: (db: unknown) => unknown) => statements({}) },
  table: { add: async () => new Set() },
  queue: { remove: async () => {}, postpone: async () => {} },
} as unknown as JobParts

it('settles what is added at any step after a batch', async () => {
  for (let steps = 0; steps < 8; steps++) {
    const settled: string[] = []
    const added = Promise.withResolvers<void>()
    const later = async (): Promise<void> => {
      for (let i = 0; i < steps; i++) await undefined
      await settler.add(attemptOf('second'))
    }
    const settler = createSettler(parts, 'queue', (leases) => {
      settled.push(...leases.map(({ key }) => key))
      if (settled.length === 1) queueMicrotask(() => added.resolve(later()))
    })
    await settler.add(attemptOf('first'))
    await added.promise
    expect(settled).toEqual(['first', 'second'])
    await settler.drain()
  }
})
