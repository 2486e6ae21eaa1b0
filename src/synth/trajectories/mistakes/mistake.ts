import type { Ground } from '../ground.ts'
import type { LiteralStep } from '../literal-plan.ts'

/** What an assistant does instead of the plan. */
export interface Misstep {
  readonly plan: readonly LiteralStep[]
  /** False where it does not make failed calls again. */
  readonly retries?: boolean
  /** What is wrong, in words. */
  readonly what: string
}

/**
 * A mistake that can be planted into a task: what is given back is a violation by its own definition, not by the
 * task's checks. undefined where the task has no room for it.
 */
export type Mistake = (ground: Ground) => Misstep | undefined
