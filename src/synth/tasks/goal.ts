import type { PlanValue, RubricCheck } from '../../world/task.ts'

/** A call of a plan that is being put together; `id` is told apart from others' until the plan is laid out. */
export interface PlannedCall {
  readonly id: number
  readonly tool: string
  readonly arguments: Readonly<Record<string, PlanValue>>
  /** Whether it changes the state when it succeeds. */
  readonly writes: boolean
}

/** One thing that is wanted, with how it is reached and what is told at the end. */
export interface Goal {
  readonly kind: string
  /** `set the price of order A-1 to 3`: follows `please`. */
  readonly clause: string
  /** Turns of calls; those of one turn do not depend on each other. */
  readonly rounds: readonly (readonly PlannedCall[])[]
  /** What the assistant says at the end; `{7.price}` is a place in the result of the call with the id 7. */
  readonly answer: string
  /** What must have been said. */
  readonly facts: readonly RubricCheck[]
  /** Rows whose values it depends on, as `table/key`; `table/*` is any of a table. */
  readonly reads: readonly string[]
  /** Rows that it changes. */
  readonly writes: readonly string[]
}

/** All calls in order. */
export const callsOf = (goals: readonly Goal[]): readonly PlannedCall[] =>
  goals.flatMap(({ rounds }) => rounds.flat())

export const changes = ({ rounds }: Goal): boolean => rounds.flat().some(({ writes }) => writes)

const overlap = (places: readonly string[], others: readonly string[]): boolean =>
  places.some((place) =>
    others.some((other) => {
      const [table, key] = place.split('/')
      const [otherTable, otherKey] = other.split('/')
      return table === otherTable && (key === otherKey || key === '*' || otherKey === '*')
    }),
  )

/** Whether two goals come out the same in any order. */
export const areIndependent = (a: Goal, b: Goal): boolean =>
  !overlap(a.writes, [...b.reads, ...b.writes]) && !overlap(b.writes, a.reads)

/** Turns of several goals at once: the first turns of all together, then the second ones. */
export const together = (goals: readonly Goal[]): readonly (readonly PlannedCall[])[] =>
  Array.from({ length: Math.max(0, ...goals.map(({ rounds }) => rounds.length)) }, (_, i) =>
    goals.flatMap(({ rounds }) => rounds[i] ?? []),
  )

/** Turns of several goals one after the other. */
export const inSequence = (goals: readonly Goal[]): readonly (readonly PlannedCall[])[] =>
  goals.flatMap(({ rounds }) => rounds)
