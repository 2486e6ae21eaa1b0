import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { GeneratedToken, Generation } from '../../generate/scheduler.ts'
import { tokenBatches } from './token-batches.ts'

const token = (id: number): GeneratedToken => ({ id, logProb: 0, alternatives: [], weightVersion: 0 })

/** A text of ids 0, 1, …, one a turn of the event loop; `failure` comes behind it. */
function textOf(length: number, failure?: Error) {
  const state = { given: 0, aborted: 0, left: false }
  const generation: Generation = {
    cachedTokens: 0,
    stopToken: undefined,
    get finishReason() {
      return state.given === length ? ('length' as const) : undefined
    },
    abort: () => void state.aborted++,
    async *[Symbol.asyncIterator]() {
      try {
        while (state.given < length && state.aborted === 0) {
          await setTimeout(1)
          yield token(state.given++)
        }
        if (failure) throw failure
      } finally {
        state.left = true
      }
    },
  }
  return { generation, state }
}
const ids = (batch: readonly GeneratedToken[]) => batch.map(({ id }) => id)

test('a slow reader does not hold the text up and gets what has come at once', async () => {
  const { generation, state } = textOf(30)
  const batches = tokenBatches(generation, new Set())
  const first = await batches.next()
  expect(ids(first.value as GeneratedToken[])).toEqual([0])
  while (state.given < 30) await setTimeout(1)
  const second = await batches.next()
  expect(ids(second.value as GeneratedToken[])).toEqual(Array.from({ length: 29 }, (_, i) => i + 1))
  expect(await batches.next()).toEqual({ done: true, value: 'length' })
})

test('a stop id is the last token, and the text is left', async () => {
  const { generation, state } = textOf(1000)
  const seen: number[] = []
  const batches = tokenBatches(generation, new Set([4, 900]))
  let next = await batches.next()
  for (; !next.done; next = await batches.next()) seen.push(...ids(next.value))
  expect([seen, next.value, state.left]).toEqual([[0, 1, 2, 3, 4], 'stop', true])
})

test('leaving the batches aborts the text; a failure of the text is thrown', async () => {
  const left = textOf(1000)
  for await (const _ of tokenBatches(left.generation, new Set())) break
  expect(left.state.aborted).toBe(1)

  const { generation } = textOf(2, new Error('engine'))
  const seen: number[] = []
  const read = async () => {
    for await (const batch of tokenBatches(generation, new Set())) seen.push(...ids(batch))
  }
  await expect(read()).rejects.toThrow('engine')
  expect(seen).toEqual([0, 1])
})
