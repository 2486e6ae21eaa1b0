import type { RubricCheck, SeededFailure, UserMove } from '../../../world/task.ts'
import { callsIn, type ScriptStep } from '../plan-script.ts'
import type { Scene } from '../scene.ts'
import type { Speaker } from '../user-styles.ts'

/** A failure that hits a call of the plan, so many times before it goes through. */
export interface CallFailure {
  readonly call: number
  readonly kind: SeededFailure['kind']
  readonly times: number
}

/** What a user wants in one or more moves, and how a good assistant goes about it. */
export interface Exchange {
  readonly moves: readonly Pick<UserMove, 'when' | 'text'>[]
  readonly script: readonly ScriptStep[]
  /** What the user wants, told to a simulator. */
  readonly goal: string
  readonly facts: readonly RubricCheck[]
  /** What must be so beside the state and the facts. */
  readonly success?: readonly RubricCheck[]
  readonly pattern?: readonly RubricCheck[]
  readonly judged?: readonly { readonly name: string; readonly criterion: string }[]
  readonly failures?: readonly CallFailure[]
  /** A rule for the agent's system message. */
  readonly policy?: string
  /** Tools that the rule is about: no other exchange may call them. */
  readonly isRestricted?: (tool: string) => boolean
  /** As it is afterwards. */
  readonly scene: Scene
}

/** An exchange in a scene, by someone; undefined where this draw of the scene has none. */
export type Recipe = (scene: Scene, speaker: Speaker) => Exchange | undefined

/** Recipes one after the other: each begins where the one before ended. */
export const sequence =
  (...recipes: readonly Recipe[]): Recipe =>
  (scene, speaker) => {
    let whole: Exchange | undefined
    for (const recipe of recipes) {
      const next = recipe(
        whole?.scene ?? scene,
        whole === undefined ? speaker : { ...speaker, ask: speaker.askAgain },
      )
      if (next === undefined || (whole !== undefined && breaksRule(whole, next))) return undefined
      whole = whole === undefined ? next : joined(whole, next)
    }
    return whole
  }

/** Whether one of two exchanges does what a rule of the other is about. */
const breaksRule = (a: Exchange, b: Exchange): boolean =>
  callsIn(b.script).some(({ tool }) => a.isRestricted?.(tool)) ||
  callsIn(a.script).some(({ tool }) => b.isRestricted?.(tool))

const joined = (a: Exchange, b: Exchange): Exchange => ({
  moves: [...a.moves, ...b.moves.map((move, i) => (i === 0 ? { ...move, when: 'answered' as const } : move))],
  script: [...a.script, ...b.script],
  goal: `${a.goal} Then: ${b.goal}`,
  facts: [...a.facts, ...b.facts],
  success: [...(a.success ?? []), ...(b.success ?? [])],
  pattern: [...(a.pattern ?? []), ...(b.pattern ?? [])],
  judged: [...(a.judged ?? []), ...(b.judged ?? [])],
  failures: [...(a.failures ?? []), ...(b.failures ?? [])],
  ...((a.policy ?? b.policy) !== undefined && {
    policy: [a.policy, b.policy].filter((rule) => rule !== undefined).join(' '),
  }),
  ...((a.isRestricted ?? b.isRestricted) && {
    isRestricted: (tool: string) => (a.isRestricted?.(tool) ?? false) || (b.isRestricted?.(tool) ?? false),
  }),
  scene: b.scene,
})
