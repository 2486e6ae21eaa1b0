import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdaptiveLimit, type LimitState, limitAfter, type Permit } from './adaptive-limit.ts'

const outcome = fc.constantFrom('success', 'overloaded', 'failed')

describe('limitAfter', () => {
  it('adds one after a window of successes and halves after a refusal', () => {
    let state: LimitState = { limit: 4, max: 5, successes: 0, epoch: 0 }
    const limits = (['success', 'success', 'success', 'success', 'success', 'overloaded'] as const).map(
      (end) => {
        state = limitAfter(state, end, state.epoch)
        return state.limit
      },
    )
    expect(limits).toEqual([4, 4, 4, 5, 5, 2])
  })

  it('halves once for all requests that were under way together', () => {
    let state: LimitState = { limit: 64, max: 64, successes: 0, epoch: 0 }
    for (let i = 0; i < 64; i++) state = limitAfter(state, 'overloaded', 0)
    expect(state.limit).toBe(32)
  })

  it('stays between 1 and the most, rises by at most one and never falls below half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(outcome, { maxLength: 300 }), (max, ends) => {
        let state: LimitState = { limit: max, max, successes: 0, epoch: 0 }
        for (const end of ends) {
          const next = limitAfter(state, end, state.epoch)
          expect(next.limit).toBeGreaterThanOrEqual(Math.max(1, Math.floor(state.limit / 2)))
          expect(next.limit).toBeLessThanOrEqual(Math.min(max, state.limit + 1))
          if (next.limit > state.limit) expect(end).toBe('success')
          if (next.limit < state.limit) expect(end).toBe('overloaded')
          state = next
        }
      }),
    )
  })

  it('comes back to the most after enough successes: the windows from 1 on add up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (max) => {
        let state: LimitState = { limit: 1, max, successes: 0, epoch: 3 }
        for (let i = 0; i < (max * (max - 1)) / 2; i++) state = limitAfter(state, 'success', 3)
        expect(state.limit).toBe(max)
      }),
    )
  })
})

describe('createAdaptiveLimit', () => {
  it('never admits more than its limit at that moment, and admits in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(outcome, { maxLength: 60 }),
        async (max, ends) => {
          const limit = createAdaptiveLimit({ max })
          const admitted: number[] = []
          const held: Permit[] = []
          const all = ends.map(async (_, i) => {
            const permit = await limit.acquire()
            admitted.push(i)
            held.push(permit)
            expect(limit.active).toBeLessThanOrEqual(max)
          })
          for (const end of ends) {
            await new Promise(setImmediate)
            held.shift()!(end)
          }
          await Promise.all(all)
          expect(admitted).toEqual(ends.map((_, i) => i))
          expect(limit.active).toBe(0)
        },
      ),
    )
  })

  it('lets none in until a halved limit is reached', async () => {
    const limit = createAdaptiveLimit({ max: 4 })
    const permits = await Promise.all([1, 2, 3, 4].map(() => limit.acquire()))
    let fifth = false
    const waiting = limit.acquire().then((permit) => {
      fifth = true
      return permit
    })
    permits[0]!('overloaded')
    permits[1]!('overloaded')
    await new Promise(setImmediate)
    expect([limit.limit, limit.active, fifth]).toEqual([2, 2, false])
    permits[2]!('success')
    ;(await waiting)('failed')
    permits[3]!('failed')
    expect(limit.active).toBe(0)
  })

  it('gives a place back once only, and forgets who has gone', async () => {
    const limit = createAdaptiveLimit({ max: 1 })
    const permit = await limit.acquire()
    const controller = new AbortController()
    const gone = limit.acquire(controller.signal)
    controller.abort(new Error('gone'))
    await expect(gone).rejects.toThrow('gone')
    await expect(limit.acquire(controller.signal)).rejects.toThrow('gone')
    permit('success')
    permit('overloaded')
    expect([limit.limit, limit.active]).toEqual([1, 0])
  })

  it('refuses limits that are none', () => {
    expect(() => createAdaptiveLimit({ max: 0 })).toThrow('max: expected a whole number of at least 1, got 0')
  })
})
