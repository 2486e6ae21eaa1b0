import { describe, expect, it } from 'vitest'
import { conversation } from '../../trajectory/trajectory.ts'
import { checkRubric } from '../../world/check.ts'
import { oraclePolicy } from '../../world/oracle.ts'
import { runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { generateTask } from './generate-task.ts'
import { clerk, families, someTasks } from './some-tasks.fixture.ts'
import { deliveries, deliveriesState } from './tasks.fixture.ts'

const tasks = await someTasks(6)
const callsOf = (task: (typeof tasks)[number]) =>
  task.oracle.flatMap((step) => ('calls' in step ? step.calls : []))

const episode = async (task: (typeof tasks)[number]) => {
  const environment = worldEnvironment(task)
  const trajectory = await runEpisode({
    task,
    set: 'test',
    environment,
    assistant: oraclePolicy(task),
    user: scriptedUser(task),
    seed: 1,
  })
  return { trajectory, state: environment.state }
}

describe('tasks', () => {
  it('come of every family and difficulty, and their plans solve them', async () => {
    expect(tasks).toHaveLength(families.length * 4 * 6)
    for (const task of tasks) {
      const { trajectory } = await episode(task)
      expect(trajectory.outcome, task.id).toMatchObject({ status: 'completed', reward: 1 })
      const said = conversation(trajectory).filter(({ role }) => role === 'user')
      expect(said.map(({ content }) => content)).toEqual(task.user.moves.map(({ text }) => text))
    }
  })

  it('use tools as their family says', async () => {
    const of = (family: string) => tasks.filter((task) => task.family === family)
    for (const task of of('no_tool')) expect(callsOf(task)).toEqual([])
    for (const task of of('single_call'))
      for (const step of task.oracle) if ('calls' in step) expect(step.calls).toHaveLength(1)
    for (const task of of('parallel_calls'))
      expect(task.oracle.some((step) => 'calls' in step && step.calls.length > 1)).toBe(true)
    for (const task of of('clarification')) {
      const [asks, acts] = [
        task.oracle.findIndex((step) => !('calls' in step) && step.say.includes('?')),
        task.rubric.success,
      ]
      expect(asks).toBeGreaterThanOrEqual(0)
      expect(acts.some(({ check }) => check.kind === 'asked')).toBe(true)
    }
    for (const task of of('error_recovery')) {
      const { trajectory } = await episode(task)
      const failed = trajectory.nodes.filter(({ meta }) => meta?.failed === true)
      const seeded = trajectory.nodes.filter(({ meta }) => meta?.seeded !== undefined)
      expect(failed.length).toBeGreaterThan(0)
      // Every failure that is seeded is met.
      expect(seeded).toHaveLength(task.failures.length)
    }
  })

  it('ask for an end state that no other end state passes', async () => {
    const isWriting = (task: (typeof tasks)[number]) =>
      task.rubric.success.some(({ check }) => check.kind === 'column')
    for (const task of tasks.filter(isWriting)) {
      const { trajectory, state } = await episode(task)
      const touched = Object.entries(state).flatMap(([table, rows]) =>
        Object.keys(rows)
          .filter((key) => JSON.stringify(rows[key]) !== JSON.stringify(task.state[table]![key]))
          .map((key) => [table, key] as const),
      )
      const [table, key] = touched[0]!
      const row = state[table]![key]!
      const text = Object.keys(row).find((column) => typeof row[column] === 'string')!
      const other = { ...state, [table]: { ...state[table], [key]: { ...row, [text]: 'something else' } } }
      const parts = checkRubric(task, task.rubric, other, trajectory).success
      expect(
        parts.some(({ passed }) => !passed),
        task.id,
      ).toBe(true)
    }
  })

  it('are the same for the same seed, and others for another', async () => {
    const [again, other] = [await someTasks(2), await someTasks(2, 2)]
    const first = tasks.filter(({ id }) => /-[01]$/.test(id))
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(first))
  })

  it('word requests in many ways', () => {
    const first = tasks.filter(({ family }) => family !== 'no_tool').map(({ user }) => user.moves[0]!.text)
    expect(new Set(first).size).toBeGreaterThan(first.length * 0.9)
  })

  it('keep to what an agent has, and say why there are none', async () => {
    const reader = { ...clerk, tools: ['get_delivery'] }
    const request = { application: deliveries, agent: reader, state: deliveriesState, seed: 3, id: 'x' }
    const { task } = await generateTask({ ...request, family: 'single_call', difficulty: 1 })
    expect(task!.application.tools.map(({ declaration }) => declaration.function.name)).toEqual([
      'get_delivery',
    ])
    expect(Object.keys(task!.state)).toEqual(['deliveries', 'drivers'])
    const none = await generateTask({ ...request, family: 'dependent_calls', difficulty: 4 })
    expect(none.task).toBeUndefined()
    expect(none.rejected).toEqual({ 'the tools and the state have nothing for it': 40 })
  })
})
