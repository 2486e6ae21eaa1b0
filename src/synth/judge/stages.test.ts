import { expect, it } from 'vitest'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import { judgeUnits } from '../pipeline/units/judge-unit.ts'
import { trajectoryUnits } from '../pipeline/units/trajectory-unit.ts'
import { createUnitResources } from '../pipeline/units/unit-resources.ts'
import { clerk } from '../tasks/some-tasks.fixture.ts'
import { chunksOf, type TaskChunk, tasksOfChunk } from '../tasks/task-stage.ts'
import { deliveries, deliveriesState } from '../tasks/tasks.fixture.ts'
import { defaultShares } from '../trajectories/generate-trajectory.ts'
import { judgementsOfChunk } from './judge-stage.ts'

const resources = createUnitResources()
const tasksOf = (chunk: TaskChunk) =>
  tasksOfChunk(chunk, () => ({ application: deliveries, agent: clerk, state: deliveriesState }))
const judging = judgeUnits(resources)
const playing = trajectoryUnits(resources)
const given = { set: 'set', shares: defaultShares, roles: {} }
const context = { signal: new AbortController().signal, attempt: 1, account: () => {} }
const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** All stages over chunks of a size, in an order, through JSON as jobs do it. */
async function run(size: number, reversed: boolean) {
  const chunks = [...chunksOf(24, size, { seed: 4 })]
  const results = new Map<
    number,
    { tasks: readonly Task[]; trajectories: readonly Trajectory[]; judgements: unknown }
  >()
  for (const chunk of reversed ? chunks.toReversed() : chunks) {
    const made = overJson(await tasksOf(overJson(chunk)))
    const trajectories = overJson(
      (await playing.run({ seed: 4, tasks: made.tasks, samples: 2, ...given }, context)).value,
    )
    const judgements = (await judging.run({ seed: 4, tasks: made.tasks, trajectories, roles: {} }, context))
      .value
    results.set(chunk.from, { tasks: made.tasks, trajectories, judgements })
  }
  const inOrder = [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result)
  return {
    tasks: inOrder.flatMap((one) => one.tasks),
    trajectories: inOrder.flatMap((one) => one.trajectories),
    judgements: inOrder.flatMap((one) => one.judgements),
  }
}

it('give the same bytes whatever the chunks and their order', async () => {
  const [a, b] = [await run(24, false), await run(5, true)]
  expect(a.tasks).toHaveLength(24)
  expect(a.trajectories).toHaveLength(48)
  expect(JSON.stringify(b)).toBe(JSON.stringify(a))
})

it('make the families that are wanted, in the shares that are wanted', async () => {
  const { tasks: made } = await tasksOf({
    seed: 1,
    from: 100,
    count: 20,
    families: { no_tool: 1, single_call: 1 },
    difficulties: [1, 0, 0, 1],
  })
  expect(new Set(made.map(({ family }) => family))).toEqual(new Set(['no_tool', 'single_call']))
  expect(new Set(made.map(({ difficulty }) => difficulty))).toEqual(new Set([1, 4]))
})

it('refuses to judge a trajectory without its task', async () => {
  const { tasks: made } = await tasksOf({ seed: 1, from: 0, count: 2 })
  const { value: trajectories } = await playing.run({ seed: 1, tasks: made, samples: 1, ...given }, context)
  await expect(judgementsOfChunk({ seed: 1, tasks: made.slice(0, 1), trajectories }, [])).rejects.toThrow(
    'its task task-1-1 is not among the tasks given',
  )
})
