import { checkRubric } from './check.ts'
import type { Environment } from './environment.ts'
import { executeCall, type RunScript } from './execute.ts'
import { rewardParts } from './reward-parts.ts'
import { failedResult, isOnlyLate } from './seeded-failures.ts'
import type { WorldState } from './state.ts'
import type { Task } from './task.ts'

export interface WorldEnvironment extends Environment {
  /** As it is now; states are never changed, so that what was read stays what it was. */
  readonly state: WorldState
}

/** The tools of the task's application that its agent has. */
export const agentTools = ({ application, agent }: Pick<Task, 'application' | 'agent'>) =>
  agent.tools.map((name) => {
    const tool = application.tools.find(({ declaration }) => declaration.function.name === name)
    if (tool === undefined) throw new Error(`the agent's tool ${name} is none of ${application.name}`)
    return tool.declaration
  })

/** A task's state, which calls read and change, with the failures that the task seeds. */
export function worldEnvironment(task: Task, runScript?: RunScript): WorldEnvironment {
  const tools = agentTools(task)
  const names = new Set(task.agent.tools)
  const calls = new Map<string, number>()
  let state = task.state
  return {
    name: task.application.name,
    version: '1',
    tools,
    get state() {
      return state
    },
    async call(call) {
      if (!names.has(call.name))
        return { content: JSON.stringify({ error: `there is no tool ${call.name}` }), failed: true }
      const nth = calls.get(call.name) ?? 0
      calls.set(call.name, nth + 1)
      const result = executeCall(task.application, state, call, runScript)
      const failure = task.failures.find((one) => one.tool === call.name && one.nth === nth)
      // A call that is refused anyhow is refused as ever.
      if (!result.ok)
        return {
          ...{ content: JSON.stringify({ error: result.error }), failed: true },
          ...(result.broken && { fault: 'tools' as const }),
        }
      if (failure === undefined || isOnlyLate(failure.kind)) state = result.state
      if (failure !== undefined) return failedResult(failure.kind, result.value)
      return { content: JSON.stringify(result.value), failed: false }
    },
    check: async (trajectory) => rewardParts(checkRubric(task, task.rubric, state, trajectory)),
    [Symbol.asyncDispose]: async () => {},
  }
}
