import type { ToolCall, ToolDeclaration } from '../chat/messages.ts'
import type { Fault, RewardPart, Trajectory } from '../trajectory/trajectory.ts'

export interface CallResult {
  /** As the assistant is told, mostly JSON. */
  readonly content: string
  readonly failed: boolean
  /** What was seeded, time that the call would have taken: kept in the trajectory. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Where the environment itself went wrong. */
  readonly fault?: Fault
}

/** Where an assistant's calls are executed: a world's state, a sandbox, a model that plays the tools. */
export interface Environment extends AsyncDisposable {
  readonly name: string
  readonly version: string
  readonly tools: readonly ToolDeclaration[]
  /** Executes a call; never throws for what the assistant wrote. */
  call(call: ToolCall, signal: AbortSignal): Promise<CallResult>
  /** The task's machine-checkable parts, after the episode. */
  check(trajectory: Trajectory): Promise<readonly RewardPart[]>
}
