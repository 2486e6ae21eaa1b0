import type { Draws } from '../../draws.ts'
import type { CallResult, Environment } from '../../world/environment.ts'
import type { UserPolicy } from '../../world/policies.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import type { Task } from '../../world/task.ts'
import { type WorldEnvironment, worldEnvironment } from '../../world/world-environment.ts'

/** A user who is not the one that the task describes. */
export type UserFault = (task: Task, draw: Draws) => UserPolicy | undefined

/** A key that a move of the user names, and another one of the same table. */
function keyToConfuse(
  { user, state }: Task,
  draw: Draws,
): { readonly key: string; readonly other: string } | undefined {
  const said = user.moves.map(({ text }) => text).join('\n')
  const candidates = Object.values(state).flatMap((rows) => {
    const keys = Object.keys(rows)
    const others = keys.filter((key) => !said.includes(key))
    return keys.flatMap((key) =>
      said.includes(key) && others.length > 0 ? [{ key, other: draw.pick(others) }] : [],
    )
  })
  return candidates.length === 0 ? undefined : draw.pick(candidates)
}

/** Says another id than the task has it say, everywhere. */
const wrongId: UserFault = (task, draw) => {
  const confused = keyToConfuse(task, draw)
  if (confused === undefined) return undefined
  const moves = task.user.moves.map((move) => ({
    ...move,
    text: move.text.replaceAll(confused.key, confused.other),
  }))
  return { ...scriptedUser({ user: { ...task.user, moves } }), name: 'confused script' }
}

/** Says what it wants, and afterwards that it had said another id. */
const contradicts: UserFault = (task, draw) => {
  const confused = keyToConfuse(task, draw)
  if (confused === undefined) return undefined
  const text = `That is wrong. I told you ${confused.other}, and never ${confused.key}.`
  const moves = [...task.user.moves, { when: 'answered' as const, text }]
  return { ...scriptedUser({ user: { ...task.user, moves } }), name: 'contradictory script' }
}

/** Leaves before it has said all that it wants. */
const leavesEarly: UserFault = (task) => {
  const { moves } = task.user
  if (moves.at(-1)?.when !== 'answered' || moves.length < 2) return undefined
  return { ...scriptedUser({ user: { ...task.user, moves: moves.slice(0, -1) } }), name: 'hasty script' }
}

export const userFaults = {
  wrong_id: wrongId,
  contradicts,
  leaves_early: leavesEarly,
} as const satisfies Record<string, UserFault>
export type UserFaultKind = keyof typeof userFaults

/** Tools that do not what the task's tools do: at the n-th call (from 0) that succeeds. */
export type ToolFault = (result: CallResult, draw: Draws) => CallResult

/** A number or a word of the result is another one. */
const wrongResult: ToolFault = (result, draw) => {
  const digits = [...result.content.matchAll(/\d/g)]
  if (digits.length === 0) return { ...result, content: '{"result":"ok"}' }
  const { index } = draw.pick(digits)
  const other = String((Number(result.content[index]) + draw.integer(1, 8)) % 10)
  return { ...result, content: result.content.slice(0, index) + other + result.content.slice(index + 1) }
}

/** No JSON, as of a server that answers with a page. */
const noJson: ToolFault = (result) => ({ ...result, content: `<html><body>${result.content.slice(0, 40)}` })

/** Says that it failed for good, though it went through. */
const falseAlarm: ToolFault = (result) => ({ ...result, content: '{"error":"internal error"}', failed: true })

export const toolFaults = {
  wrong_result: wrongResult,
  no_json: noJson,
  false_alarm: falseAlarm,
} as const satisfies Record<string, ToolFault>
export type ToolFaultKind = keyof typeof toolFaults

/** A task's world whose tools go wrong once, at the first call that goes through. */
export function faultyEnvironment(task: Task, fault: ToolFault, draw: Draws): Environment {
  const world: WorldEnvironment = worldEnvironment(task)
  let isOver = false
  return {
    name: world.name,
    version: world.version,
    tools: world.tools,
    async call(call, signal) {
      const result = await world.call(call, signal)
      if (result.failed || isOver) return result
      isOver = true
      return fault(result, draw)
    },
    check: (trajectory) => world.check(trajectory),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}
