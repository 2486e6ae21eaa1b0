import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { createAdaptiveLimit, type Ending } from './adaptive-limit.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Fills the window, then ends all of it. */
async function round(limit: ReturnType<typeof createAdaptiveLimit>, ending: Ending): Promise<void> {
  const leave = await Promise.all(Array.from({ length: limit.window }, () => limit.enter()))
  for (const end of leave) end(ending)
}

test('the window doubles until the first sign of load, halves then once a round, grows by one a round after it', async () => {
  const limit = createAdaptiveLimit(100)
  const windows = [limit.window]
  const endings: Ending[] = ['done', 'done', 'overloaded', 'done', 'other']
  for (const ending of endings) {
    await round(limit, ending)
    windows.push(limit.window)
  }
  expect(windows[0]).toBe(4)
  expect(windows[1]).toBeGreaterThan(4)
  expect(windows[2]).toBeGreaterThan(windows[1]!)
  expect(windows[3]).toBe(Math.floor(windows[2]! / 2))
  expect(windows[4]! - windows[3]!).toBeLessThanOrEqual(1)
  expect(windows[5]).toBe(windows[4])
})

test('a window that is not full does not grow, and it keeps to its bounds', async () => {
  const limit = createAdaptiveLimit(5)
  for (let i = 0; i < 20; i++) (await limit.enter())('done')
  expect(limit.window).toBe(4)
  for (let i = 0; i < 20; i++) await round(limit, 'done')
  expect(limit.window).toBe(5)
  for (let i = 0; i < 20; i++) await round(limit, 'overloaded')
  expect(limit.window).toBe(1)
  expect(limit.active).toBe(0)
})

test('never more at once than the window, in the order of coming, and all get in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.constantFrom<Ending>('done', 'overloaded', 'other'), { maxLength: 60 }),
      async (most, endings) => {
        const limit = createAdaptiveLimit(most)
        const began: number[] = []
        const order = endings.map(async (ending, i) => {
          const leave = await limit.enter()
          began.push(i)
          expect(limit.active).toBeLessThanOrEqual(most)
          await Promise.resolve()
          leave(ending)
        })
        await Promise.all(order)
        expect(began).toEqual(endings.map((_, i) => i))
        expect(limit.active).toBe(0)
      },
    ),
  )
})

test('who is aborted while waiting leaves the queue, and is not counted', async () => {
  const limit = createAdaptiveLimit(1)
  const leave = await limit.enter()
  const aborter = new AbortController()
  const second = limit.enter(aborter.signal)
  const third = limit.enter()
  aborter.abort(new Error('no longer wanted'))
  await expect(second).rejects.toThrow('no longer wanted')
  await expect(limit.enter(aborter.signal)).rejects.toThrow('no longer wanted')
  leave('done')
  ;(await third)('done')
  expect(limit.active).toBe(0)
})

test('nobody enters in a pause', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const limit = createAdaptiveLimit(4)
  limit.pause(1000)
  let entered = 0
  for (let i = 0; i < 2; i++) void limit.enter().then(() => entered++)
  await vi.advanceTimersByTimeAsync(990)
  expect(entered).toBe(0)
  await vi.advanceTimersByTimeAsync(20)
  expect(entered).toBe(2)
})

test('a pause keeps no timer for nobody: not when all have left, nor when who waited is aborted', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const limit = createAdaptiveLimit(4)
  const leave = await limit.enter()
  limit.pause(120_000)
  leave('overloaded')
  expect(vi.getTimerCount()).toBe(0)
  const aborters = [new AbortController(), new AbortController()]
  const waiting = aborters.map(({ signal }) => limit.enter(signal))
  expect(vi.getTimerCount()).toBe(1)
  for (const aborter of aborters) aborter.abort(new Error('no longer wanted'))
  for (const one of waiting) await expect(one).rejects.toThrow('no longer wanted')
  expect(vi.getTimerCount()).toBe(0)
})
