import type { SeededFailure } from '../../world/task.ts'
import type { CallFailure } from './exchanges/exchange.ts'
import type { ScriptStep } from './plan-script.ts'

/** Failures of a plan's calls, by the number of the call of their tool that they hit when the plan is followed. */
export function seededFailures(
  script: readonly ScriptStep[],
  failures: readonly CallFailure[],
): readonly SeededFailure[] {
  const counts = new Map<string, number>()
  const left = new Map(failures.map(({ call, times }) => [call, times]))
  const kinds = new Map(failures.map(({ call, kind }) => [call, kind]))
  const seeded: SeededFailure[] = []
  for (const step of script) {
    // Calls that fail are made again together, after all of the turn have been made.
    let turn = 'calls' in step ? step.calls : []
    while (turn.length > 0) {
      turn = turn.filter(({ id, tool }) => {
        const nth = counts.get(tool) ?? 0
        counts.set(tool, nth + 1)
        const times = left.get(id) ?? 0
        if (times === 0) return false
        left.set(id, times - 1)
        seeded.push({ tool, nth, kind: kinds.get(id)! })
        return true
      })
    }
  }
  return seeded
}
