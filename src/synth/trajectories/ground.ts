import { isDeepStrictEqual } from 'node:util'
import type { Draws } from '../../draws.ts'
import { executeCall } from '../../world/execute.ts'
import { isWrite } from '../../world/semantics.ts'
import type { WorldState } from '../../world/state.ts'
import type { Task } from '../../world/task.ts'
import { executePlan } from '../tasks/execute-plan.ts'
import type { Scene } from '../tasks/scene.ts'
import { callsOf, endOf, type LiteralCall, type LiteralStep, literalPlan, saysOf } from './literal-plan.ts'

/** What mistakes are made from: a task, what its plan does and says, draws. */
export interface Ground {
  readonly task: Task
  readonly draw: Draws
  readonly plan: readonly LiteralStep[]
  /** Where the plan ends. */
  readonly end: WorldState
  /** Texts of which one each must be told. */
  readonly facts: readonly (readonly string[])[]
}

export function groundOf(task: Task, draw: Draws): Ground {
  const { state, results } = executePlan(task.application, task.state, task.oracle)
  const facts = task.rubric.success.flatMap(({ check }) => (check.kind === 'said' ? [check.anyOf] : []))
  return { task, draw, plan: literalPlan(task.oracle, results), end: state, facts }
}

/** Whether a plan leaves the world otherwise than the task's own does: a mistake by what it did. */
export const endsElsewhere = ({ task, end }: Ground, plan: readonly LiteralStep[]): boolean =>
  !isDeepStrictEqual(endOf(task, plan), end)

/** Whether a text that must be told is in nothing that a plan says: not even as a part of a word. */
export function leavesOut({ facts }: Ground, plan: readonly LiteralStep[]): boolean {
  const said = saysOf(plan).join('\n').toLowerCase().replaceAll(',', '')
  return facts.some((texts) => texts.every((text) => !said.includes(text.toLowerCase().replaceAll(',', ''))))
}

export const semanticsOf = ({ application }: Task, tool: string) =>
  application.tools.find(({ declaration }) => declaration.function.name === tool)?.semantics

/** Calls of a plan that may change the state. */
export const writesOf = ({ task, plan }: Ground) =>
  callsOf(plan).filter(({ call }) => {
    const semantics = semanticsOf(task, call.tool)
    return semantics !== undefined && isWrite(semantics)
  })

export const argumentsOf = ({ arguments: text }: LiteralCall) =>
  JSON.parse(text) as Readonly<Record<string, string | number | boolean | null>>

/** The task's world, to draw goals in. */
export function sceneOf({ task, draw }: Ground, state: WorldState, tools?: readonly string[]): Scene {
  let ids = 0
  return {
    application: task.application,
    tools: task.application.tools.filter(
      ({ declaration, semantics }) =>
        semantics !== undefined &&
        semantics.kind !== 'script' &&
        (tools?.includes(declaration.function.name) ?? true),
    ),
    state,
    draw,
    nextId: () => ids++,
  }
}

/** Whether a call goes through where the task begins. */
export const goesThrough = (
  { task }: Ground,
  state: WorldState,
  { tool, arguments: text }: LiteralCall,
): boolean => executeCall(task.application, state, { name: tool, arguments: text }).ok
