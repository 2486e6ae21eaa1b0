import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'

/** What is judged: one criterion of a rubric. */
export interface Criterion {
  readonly name: string
  readonly criterion: string
}

export interface Verdict {
  /** `undecided` where it cannot be told. */
  readonly verdict: 'pass' | 'fail' | 'undecided'
  readonly reason: string
  /** Whose failure it is, where not the assistant's. */
  readonly fault?: 'user' | 'tools'
}

/** How what is judged is presented: a judge that is swayed by the order contradicts itself. */
export type Presentation = 'criterion first' | 'conversation first'
export const presentations = ['criterion first', 'conversation first'] as const

/** Something that tells whether a trajectory meets a criterion: rules, a model. */
export interface Judge {
  readonly name: string
  /** Whether it has something to say of a criterion. */
  decides(criterion: Criterion): boolean
  judge(
    trajectory: Trajectory,
    task: Task,
    criterion: Criterion,
    presentation: Presentation,
    options: { readonly seed: number; readonly signal?: AbortSignal },
  ): Promise<Verdict>
}
