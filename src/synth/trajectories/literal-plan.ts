import { executeCall } from '../../world/execute.ts'
import { planText, planValue } from '../../world/oracle.ts'
import type { WorldState } from '../../world/state.ts'
import type { PlanStep, Task } from '../../world/task.ts'

/** A call as it is written: its arguments are a text, which need not be JSON. */
export interface LiteralCall {
  readonly tool: string
  readonly arguments: string
}

/** A step of an assistant that depends on no result. */
export type LiteralStep =
  | { readonly calls: readonly LiteralCall[]; readonly say?: string }
  | { readonly say: string }

/** A plan with all places in results filled in with those of `results`. */
export const literalPlan = (plan: readonly PlanStep[], results: readonly unknown[]): readonly LiteralStep[] =>
  plan.map((step): LiteralStep => {
    if (!('calls' in step)) return { say: planText(step.say, results) }
    const calls = step.calls.map(({ tool, arguments: args }) => ({
      tool,
      arguments: JSON.stringify(
        Object.fromEntries(Object.entries(args).map(([name, value]) => [name, planValue(value, results)])),
      ),
    }))
    return step.say === undefined ? { calls } : { calls, say: planText(step.say, results) }
  })

export const isCalling = (step: LiteralStep): step is Extract<LiteralStep, { calls: unknown }> =>
  'calls' in step

/** What is told to the user. */
export const saysOf = (plan: readonly LiteralStep[]): readonly string[] =>
  plan.flatMap((step) => (isCalling(step) ? [] : [step.say]))

/** The calls of a plan in order, each with its place. */
export const callsOf = (plan: readonly LiteralStep[]) =>
  plan.flatMap((step, at) => (isCalling(step) ? step.calls.map((call, nth) => ({ call, at, nth })) : []))

/** A plan with one call replaced by others; by none, it is left out, and so is its step where it was the only one. */
export const withCall = (
  plan: readonly LiteralStep[],
  place: { readonly at: number; readonly nth: number },
  calls: readonly LiteralCall[],
): readonly LiteralStep[] =>
  plan.flatMap((step, at) => {
    if (at !== place.at || !isCalling(step)) return [step]
    const changed = step.calls.toSpliced(place.nth, 1, ...calls)
    return changed.length === 0 ? [] : [{ ...step, calls: changed }]
  })

/** A plan with other words to the user. */
export const withSays = (
  plan: readonly LiteralStep[],
  change: (say: string, at: number) => string,
): readonly LiteralStep[] => plan.map((step, at) => (isCalling(step) ? step : { say: change(step.say, at) }))

/** The state in which a plan ends where nothing fails that is not refused; refused calls change nothing. */
export const endOf = (
  { application, state }: Pick<Task, 'application' | 'state'>,
  plan: readonly LiteralStep[],
): WorldState =>
  callsOf(plan).reduce((at, { call }) => {
    const done = executeCall(application, at, { name: call.tool, arguments: call.arguments })
    return done.ok ? done.state : at
  }, state)
