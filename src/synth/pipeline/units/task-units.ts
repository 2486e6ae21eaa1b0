import { derivedSeed } from '../../../draws.ts'
import type { Stage } from '../../../jobs/stage.ts'
import type { Application } from '../../../world/application.ts'
import type { AgentProfile, Task } from '../../../world/task.ts'
import { generateCodeTask } from '../../tasks/code/generate-code-task.ts'
import { proveCodeTask } from '../../tasks/code/prove-code-task.ts'
import type { TaskAgent } from '../../tasks/generate-task.ts'
import {
  type TaskChunk,
  type TaskChunkResult,
  type TaskSetting,
  tasksOfChunk,
} from '../../tasks/task-stage.ts'
import type { WrittenFamily } from '../../teacher/task-prompt.ts'
import { type TaskWish, writeTask } from '../../teacher/write-task.ts'
import { sampleState } from '../../tools/sample-state.ts'
import type { UnitRoles } from '../unit-roles.ts'
import {
  type Made,
  madeOrRejected,
  orPermanentFailure,
  type UnitOutput,
  type UnitResources,
  withRoles,
} from './unit-resources.ts'

/** Tasks of agents, one agent after the other. */
export interface AgentTasks extends TaskChunk {
  readonly agents: readonly {
    readonly agent: TaskAgent
    /** With its tools and their tables. */
    readonly application: Application
    readonly count: number
  }[]
  readonly rows: number
}

function settingsOf({ agents, from, rows }: AgentTasks) {
  const byIndex = agents.flatMap(({ agent, application, count }) =>
    Array.from({ length: count }, () => ({ agent, application })),
  )
  return (index: number, seed: number): TaskSetting => {
    const { agent, application } = byIndex[index - from]!
    const state = sampleState(application, { seed: derivedSeed(seed, 'state', index), rows })
    return { agent, application, state }
  }
}

/** Procedural tasks, each with a plan that was executed. */
export const taskUnits = (): Stage<AgentTasks, TaskChunkResult> => ({
  name: 'synth/tasks',
  version: '1',
  run: (chunk) => tasksOfChunk(chunk, settingsOf(chunk)),
})

export interface CodeTasks {
  readonly seed: number
  readonly from: number
  readonly count: number
  readonly language: 'javascript' | 'python'
}

/** Tasks in a workspace, whose solutions were run. */
export const codeTaskUnits = (resources: UnitResources): Stage<CodeTasks, readonly Task[]> => ({
  name: 'synth/code-tasks',
  version: '1',
  run: ({ seed, from, count, language }, { signal }) =>
    orPermanentFailure(async () => {
      const choice = await resources.sandbox(language)
      const tasks: Task[] = []
      for (let index = from; index < from + count; index++) {
        signal.throwIfAborted()
        const code = generateCodeTask({ seed, index, language })
        await proveCodeTask(code, choice)
        tasks.push(code.task)
      }
      return tasks
    }),
})

export interface WrittenTaskWish {
  readonly seed: number
  readonly agent: AgentProfile
  readonly application: Application
  readonly family: WrittenFamily
  readonly difficulty: number
  readonly roles: UnitRoles
}

/** Tasks, by a model; they have no plan. */
export const writtenTaskUnits = (
  resources: UnitResources,
): Stage<WrittenTaskWish, UnitOutput<Made<Task>>> => ({
  name: 'synth/written-tasks',
  version: '1',
  concurrency: 16,
  run: ({ seed, roles, ...wish }, context) =>
    withRoles(resources, roles, context, ({ role }) =>
      madeOrRejected(() =>
        writeTask(role('task_writer')!, wish satisfies TaskWish, { seed, signal: context.signal }),
      ),
    ),
})
