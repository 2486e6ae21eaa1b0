import { addCosts, noCost } from './cost.ts'
import type { JobCost, JobProgress } from './stage.ts'

/** Counts the units of a run and tells how far it is. */
export interface RunTally {
  ended(units: number, how: 'done' | 'fromStore' | 'failed', cost: JobCost): void
  total(units: number): void
  report(): void
}

export function createRunTally(
  total: number | undefined,
  active: () => number,
  onProgress: ((progress: JobProgress) => void) | undefined,
): RunTally {
  let [done, fromStore, failed, known, spent] = [0, 0, 0, total, noCost]
  const report = (): void =>
    onProgress?.({
      ...{ done, failed, fromStore, active: active(), cost: spent },
      ...(known !== undefined && { total: known }),
    })
  return {
    ended(units, how, cost) {
      if (how === 'failed') failed += units
      else done += units
      if (how === 'fromStore') fromStore += units
      spent = addCosts(spent, cost)
      report()
    },
    total(units) {
      known = units
    },
    report,
  }
}
