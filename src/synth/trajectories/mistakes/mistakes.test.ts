import { describe, expect, it } from 'vitest'
import { draws } from '../../../draws.ts'
import { conversation, type Trajectory } from '../../../trajectory/trajectory.ts'
import { callsMade } from '../../../world/check.ts'
import { runEpisode } from '../../../world/run-episode.ts'
import { scriptedUser } from '../../../world/scripted-user.ts'
import type { Task } from '../../../world/task.ts'
import { worldEnvironment } from '../../../world/world-environment.ts'
import { someTasks } from '../../tasks/some-tasks.fixture.ts'
import { groundOf } from '../ground.ts'
import { literalAssistant } from '../literal-assistant.ts'
import { callsOf } from '../literal-plan.ts'
import { variantKinds, variants } from '../variants.ts'
import { type MistakeKind, mistakeKinds, mistakes } from './mistakes.ts'

const tasks = await someTasks(4, 5)

const play = (task: Task, assistant: ReturnType<typeof literalAssistant>) =>
  runEpisode({
    task,
    set: 'test',
    environment: worldEnvironment(task),
    assistant,
    user: scriptedUser(task),
    seed: 1,
  })

/** Every kind in every task that has room for it. */
const planted: { kind: MistakeKind; task: Task; trajectory: Trajectory }[] = []
for (const task of tasks)
  for (const kind of mistakeKinds) {
    const misstep = mistakes[kind](groundOf(task, draws(7, task.id, kind)))
    if (misstep === undefined) continue
    const trajectory = await play(task, literalAssistant('test', misstep.plan, misstep.retries))
    planted.push({ kind, task, trajectory })
  }
const of = (kind: MistakeKind) => planted.filter((one) => one.kind === kind)
const callNames = (trajectory: Trajectory) => callsMade(trajectory).map(({ call }) => call.name)
const answers = (trajectory: Trajectory) =>
  conversation(trajectory).flatMap((message) =>
    message.role === 'assistant' && (message.toolCalls ?? []).length === 0 ? [message.content] : [],
  )

describe('mistakes', () => {
  it('of every kind find tasks that have room for them', () => {
    expect(mistakeKinds.filter((kind) => of(kind).length === 0)).toEqual([])
  })

  it('leave no task solved', () => {
    const solved = planted.filter(({ trajectory }) => trajectory.outcome?.reward !== 0)
    expect(solved.map(({ kind, task }) => `${kind} in ${task.id}`)).toEqual([])
    const faults = planted.map(({ trajectory }) => trajectory.outcome?.fault)
    expect(new Set(faults)).toEqual(new Set(['assistant']))
  })

  it('are what their names say', () => {
    for (const { trajectory } of of('needless_call')) expect(callNames(trajectory).length).toBeGreaterThan(0)
    for (const { trajectory, task } of of('unknown_tool'))
      expect(callNames(trajectory).some((name) => !task.agent.tools.includes(name))).toBe(true)
    for (const { trajectory } of of('invalid_arguments'))
      expect(callsMade(trajectory).some(({ call }) => !isJson(call.arguments))).toBe(true)
    for (const { trajectory } of of('claims_without_calling')) expect(callNames(trajectory)).toEqual([])
    for (const { trajectory } of of('invented_fact')) expect(callNames(trajectory)).toEqual([])
    for (const { trajectory } of of('no_question'))
      expect(answers(trajectory).some((text) => text.includes('?'))).toBe(false)
    for (const { trajectory, task } of of('omitted_call'))
      expect(callsMade(trajectory).filter(({ failed }) => !failed).length).toBeLessThan(
        callsOf(groundOf(task, draws(1)).plan).length,
      )
    for (const { trajectory, task } of of('breaks_rule')) {
      const rules = task.rubric.success.flatMap(({ check }) =>
        check.kind === 'not_called' ? [check.tool] : [],
      )
      expect(callNames(trajectory).some((name) => rules.includes(name))).toBe(true)
    }
    for (const { trajectory } of of('gives_up')) {
      const messages = conversation(trajectory)
      const failed = messages.findIndex(
        ({ role, content }) => role === 'tool' && content.includes('"retryable":true'),
      )
      expect(
        messages
          .slice(failed + 1)
          .some((one) => one.role === 'assistant' && (one.toolCalls ?? []).length > 0),
      ).toBe(false)
    }
  })
})

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('variants', () => {
  it('solve every task that has room for them', async () => {
    const counts: Record<string, number> = {}
    for (const task of tasks)
      for (const kind of variantKinds) {
        const plan = variants[kind](groundOf(task, draws(3, task.id, kind)))
        if (plan === undefined) continue
        counts[kind] = (counts[kind] ?? 0) + 1
        const { outcome } = await play(task, literalAssistant('test', plan))
        expect(outcome?.reward, `${kind} in ${task.id}`).toBe(1)
      }
    for (const kind of ['one_by_one', 'looks_around', 'corrects_itself', 'talks_more', 'reads_twice'])
      expect(counts[kind]).toBeGreaterThan(5)
  })
})
