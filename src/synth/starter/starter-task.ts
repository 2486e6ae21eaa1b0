import { type Draws, draws } from '../../draws.ts'
import type { WorldState } from '../../world/state.ts'
import type { PlanStep, RubricCheck, SeededFailure, Task, TaskFamily, UserMove } from '../../world/task.ts'
import { starterApplication, starterToolNames } from './application.ts'
import { families } from './families.ts'
import type { Split } from './names.ts'

/** What a family says of a task; the rest is the same for all. */
export interface StarterCase {
  /** Tools that are needed. */
  readonly tools: readonly string[]
  readonly state: WorldState
  readonly goal: string
  readonly moves: readonly UserMove[]
  readonly success: readonly RubricCheck[]
  readonly oracle: readonly PlanStep[]
  readonly failures?: readonly SeededFailure[]
  readonly difficulty: number
}

export type StarterFamily = Exclude<TaskFamily, 'code'>

export const starterFamilies = Object.keys(families) as readonly StarterFamily[]

/** Tools that an agent has, needed ones included: mostly two or three, sometimes all. */
const toolCount = (d: Draws, needed: number): number =>
  d.chance(0.1) ? starterToolNames.length : Math.max(needed, d.integer(2, 3))

/**
 * A task for a model of minutes: family after family by index. Names, wordings, prices, totals, factors and numbers of
 * orders of `heldOut` come in no task of `train`; degrees, days and limits do.
 */
export function starterTask({
  seed,
  index,
  split,
  family = starterFamilies[index % starterFamilies.length]!,
}: {
  readonly seed: number
  readonly index: number
  readonly split: Split
  readonly family?: StarterFamily
}): Task {
  const d = draws(seed, 'starter', split, index)
  const one = families[family](d, split)
  const others = starterToolNames.filter((name) => !one.tools.includes(name))
  const tools = d.shuffled([
    ...one.tools,
    ...d.sample(others, toolCount(d, one.tools.length) - one.tools.length),
  ])
  const changes = new Set(
    one.success.flatMap(({ check }) => (check.kind === 'column' ? [`${check.table}/${check.key}`] : [])),
  )
  const creates = one.success.flatMap(({ check }) => (check.kind === 'rows' ? [`${check.table}/*`] : []))
  return {
    version: 1,
    id: `starter-${split}-${seed}-${index}`,
    family,
    difficulty: one.difficulty,
    seed,
    agent: { id: 'help_desk', systemPrompt: null, tools },
    user: { persona: 'someone in a hurry', goal: one.goal, moves: one.moves },
    application: {
      ...starterApplication,
      tools: starterApplication.tools.filter(({ declaration }) => tools.includes(declaration.function.name)),
    },
    state: Object.fromEntries(starterApplication.tables.map(({ name }) => [name, one.state[name] ?? {}])),
    failures: one.failures ?? [],
    rubric: {
      success: [
        ...one.success,
        { name: 'nothing else changed', check: { kind: 'unchanged', except: [...changes, ...creates] } },
      ],
      pattern: [],
      checkpoints: [],
      judged: [],
    },
    oracle: one.oracle,
  }
}
