import type { Application } from '../../world/application.ts'
import { applicationAt } from './application.ts'
import {
  createDistinctApplications,
  type DistinctApplications,
  type DistinctCounts,
  type DistinctOptions,
} from './distinct-applications.ts'

export interface GenerateApplicationsOptions extends DistinctOptions {
  readonly seed: number
  /** At least so many tools, near-duplicates not counted. */
  readonly tools: number
  /** What is there already: applications of others, whose near-duplicates are left out too. */
  readonly distinct?: DistinctApplications
  readonly onProgress?: (counts: DistinctCounts) => void
}

/**
 * Applications of all sixteen domains in turn, until they have enough distinct tools together. Application `i` before
 * near-duplicates go is `applicationAt(seed, i)`; nothing depends on what else runs.
 */
export function* generateApplications(
  options: GenerateApplicationsOptions,
): Generator<Application, DistinctCounts> {
  const { seed, tools, onProgress } = options
  const { distinct = createDistinctApplications(options) } = options
  for (let i = 0; distinct.counts.tools < tools; i++) {
    const application = distinct.add(applicationAt(seed, i))
    onProgress?.(distinct.counts)
    if (application !== undefined) yield application
  }
  return distinct.counts
}
