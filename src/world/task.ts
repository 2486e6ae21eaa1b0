import type { Application } from './application.ts'
import type { Value, WorldState } from './state.ts'

/** What a task asks of an assistant; evaluation reports by it. */
export const taskFamilies = [
  'single_call',
  'parallel_calls',
  'dependent_calls',
  'error_recovery',
  'no_tool',
  'clarification',
  'code',
] as const
export type TaskFamily = (typeof taskFamilies)[number]

/** A part of a rubric that a program decides. */
export type Check =
  /** A row's column has this value at the end. */
  | {
      readonly kind: 'column'
      readonly table: string
      readonly key: string
      readonly column: string
      readonly equals: Value
    }
  /** So many rows have these values at the end. */
  | {
      readonly kind: 'rows'
      readonly table: string
      readonly where: Readonly<Record<string, Value>>
      readonly count: number
    }
  /** Tables are at the end as they were, but for these rows (`table/key`; `table/*` is any row of it). */
  | { readonly kind: 'unchanged'; readonly except: readonly string[] }
  /** A call that did not fail, with at least these arguments. */
  | {
      readonly kind: 'called'
      readonly tool: string
      readonly arguments?: Readonly<Record<string, unknown>>
      readonly atLeast?: number
      readonly atMost?: number
    }
  | { readonly kind: 'not_called'; readonly tool?: string }
  /** Both were called, the first one before. */
  | { readonly kind: 'order'; readonly first: string; readonly second: string }
  /** Calls of these tools in one turn. */
  | { readonly kind: 'together'; readonly tools: readonly string[] }
  /** An answer to the user has one of these texts (letters' case, commas in numbers and spaces do not count). */
  | { readonly kind: 'said'; readonly anyOf: readonly string[] }
  /** A turn without calls that asks, before any call of these tools. */
  | { readonly kind: 'asked'; readonly before: readonly string[] }
  /** Tests in the sandbox pass. */
  | { readonly kind: 'tests' }

export interface RubricCheck {
  readonly name: string
  readonly check: Check
}

export interface Rubric {
  /** What must be so at the end. */
  readonly success: readonly RubricCheck[]
  /** How tools are expected to be used; they do not decide alone whether a trajectory is kept. */
  readonly pattern: readonly RubricCheck[]
  /** Intermediate places on the way, for partial credit. */
  readonly checkpoints: readonly RubricCheck[]
  /** What only a judge can tell. */
  readonly judged: readonly { readonly name: string; readonly criterion: string }[]
}

/** An argument, or a part of one: a constant, or a place in the result of an earlier call (0 is the first of the plan). */
export type PlanValue =
  | Value
  | { readonly result: number; readonly path: readonly (string | number)[] }
  | readonly PlanValue[]

/** What the oracle does next. In `say`, `{2.items.0.price}` is a place in the result of call 2. */
export type PlanStep =
  | {
      readonly calls: readonly {
        readonly tool: string
        readonly arguments: Readonly<Record<string, PlanValue>>
      }[]
      readonly say?: string
    }
  | { readonly say: string }

/** What the user says: first, where the assistant asked, or after it answered. */
export interface UserMove {
  readonly when: 'first' | 'asked' | 'answered'
  readonly text: string
}

export const failureKinds = ['error', 'timeout', 'empty', 'partial', 'delay'] as const

/** A fault that the tool simulator brings in at the n-th call (from 0) of a tool. */
export interface SeededFailure {
  readonly tool: string
  readonly nth: number
  readonly kind: (typeof failureKinds)[number]
}

export interface AgentProfile {
  readonly id: string
  /** Persona, expertise, policy: the system message. null for K2's own words. */
  readonly systemPrompt: string | null
  /** Names of the application's tools that it has. */
  readonly tools: readonly string[]
}

export interface UserProfile {
  /** Of a person, with a manner of speaking. */
  readonly persona: string
  /** What the user wants, told to a simulator and not to the assistant. */
  readonly goal: string
  readonly moves: readonly UserMove[]
}

/** Files and tests of a task that is done in a sandbox. */
export interface CodeWorkspace {
  readonly language: 'javascript' | 'python'
  readonly files: Readonly<Record<string, string>>
  /** Hidden from the assistant until they are run. */
  readonly tests: string
}

/** Something to do, self-contained: who has the file can run it. */
export interface Task {
  readonly version: 1
  readonly id: string
  readonly family: TaskFamily
  /** 1 (easy) … 4. */
  readonly difficulty: number
  readonly seed: number
  readonly agent: AgentProfile
  readonly user: UserProfile
  /** With the agent's tools and the tables that they touch. */
  readonly application: Application
  readonly state: WorldState
  readonly failures: readonly SeededFailure[]
  readonly rubric: Rubric
  /** Executed when the task is made, which proves it solvable. */
  readonly oracle: readonly PlanStep[]
  readonly code?: CodeWorkspace
}
