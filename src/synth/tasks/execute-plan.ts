import type { Application } from '../../world/application.ts'
import { executeCall } from '../../world/execute.ts'
import { planValue } from '../../world/oracle.ts'
import type { WorldState } from '../../world/state.ts'
import type { PlanStep } from '../../world/task.ts'

/** A call of a plan as it was executed. */
export interface Executed {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** The place of its step in the plan. */
  readonly step: number
  readonly failed: boolean
  readonly writes: boolean
}

/**
 * A plan's calls executed in order, where nothing fails that is not refused.
 *
 * @throws Error where an argument's place is in no result
 */
export function executePlan(
  application: Application,
  start: WorldState,
  plan: readonly PlanStep[],
): { readonly state: WorldState; readonly calls: readonly Executed[]; readonly results: readonly unknown[] } {
  const results: unknown[] = []
  const calls: Executed[] = []
  let state = start
  for (const [step, one] of plan.entries()) {
    if (!('calls' in one)) continue
    const ready = one.calls.map(({ tool, arguments: args }) => ({
      tool,
      arguments: Object.fromEntries(
        Object.entries(args).map(([name, value]) => [name, planValue(value, results)]),
      ),
    }))
    for (const call of ready) {
      const text = JSON.stringify(call.arguments)
      const done = executeCall(application, state, { name: call.tool, arguments: text })
      results.push(done.ok ? done.value : { error: done.error })
      calls.push({ ...call, step, failed: !done.ok, writes: done.ok && done.state !== state })
      if (done.ok) state = done.state
    }
  }
  return { state, calls, results }
}
