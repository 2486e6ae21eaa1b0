import { expect, test } from 'vitest'
import type { AssistantPolicy } from './policies.ts'
import { solve } from './solve.ts'
import { shopTask } from './world.fixture.ts'

const tasks = Array.from({ length: 9 }, (_, i) => shopTask({ id: `t${i}`, seed: i }))

/** Says a number of its seed, the later the smaller that is. */
const assistant: AssistantPolicy = {
  name: 'x',
  async turn({ seed }) {
    for (let i = 0; i < seed % 7; i++) await new Promise(setImmediate)
    return { message: { role: 'assistant', content: String(seed) }, finish: 'stop' }
  },
}

test('trajectories come in the order of the tasks, the same whatever the concurrency', async () => {
  const told: string[] = []
  const runs = [1, 4, 100, 0].map((concurrency) =>
    solve(tasks, { set: 's', assistant, concurrency, seed: 3, onEpisode: ({ id }) => told.push(id) }),
  )
  const [first, ...others] = await Promise.all(runs)
  expect(first!.map(({ id }) => id)).toEqual(tasks.map(({ id }) => `s/${id}/3`))
  for (const other of others) expect(other).toEqual(first)
  expect(told).toHaveLength(36)
  expect(await solve([], { set: 's', assistant, concurrency: 4 })).toEqual([])
})

test('no more episodes at once than asked for', async () => {
  let [active, most] = [0, 0]
  const counting: AssistantPolicy = {
    name: 'x',
    async turn() {
      most = Math.max(most, ++active)
      await new Promise(setImmediate)
      active--
      return { message: { role: 'assistant', content: '.' }, finish: 'stop' }
    },
  }
  await solve(tasks, { set: 's', assistant: counting, concurrency: 3 })
  expect(most).toBe(3)
})

test('who aborts gets the reason', async () => {
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await expect(solve(tasks, { set: 's', assistant, concurrency: 2, signal })).rejects.toBe(reason)
})
