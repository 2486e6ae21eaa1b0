import { createNearDuplicateIndex } from '../../trajectory/near-duplicates.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import { toolText } from './tool-text.ts'

export interface DistinctOptions {
  /** Least similarity of near-duplicates (Jaccard, word triples). Default 0.8. */
  readonly threshold?: number
  /** An application with fewer tools left is dropped. Default 4. */
  readonly leastTools?: number
}

export interface DistinctCounts {
  readonly applications: number
  /** Of the applications so far, before and after near-duplicates went. */
  readonly toolsBefore: number
  readonly tools: number
}

/** Applications as they come, each without the tools that are near-duplicates of earlier ones. */
export interface DistinctApplications {
  readonly counts: DistinctCounts
  /**
   * @param leastTools instead of the option's
   * @returns undefined where too few tools are left: nothing of it is compared with what comes later
   */
  add(application: Application, leastTools?: number): Application | undefined
}

/** Which tools are kept depends on the order in which applications come: the first of near-duplicates stays. */
export function createDistinctApplications(options: DistinctOptions = {}): DistinctApplications {
  const { threshold = 0.8, leastTools = 4 } = options
  const index = createNearDuplicateIndex({ threshold })
  let counts: DistinctCounts = { applications: 0, toolsBefore: 0, tools: 0 }
  const isNew = ({ declaration }: WorldTool): boolean => {
    const own = index.size
    return index.add(toolText(declaration)) === own
  }
  return {
    get counts() {
      return counts
    },
    add(application, least = leastTools) {
      const before = index.size
      const tools = application.tools.filter(isNew)
      const kept = tools.length >= least
      if (!kept) index.truncate(before)
      counts = {
        applications: counts.applications + Number(kept),
        toolsBefore: counts.toolsBefore + application.tools.length,
        tools: counts.tools + (kept ? tools.length : 0),
      }
      return kept ? { ...application, tools } : undefined
    },
  }
}
