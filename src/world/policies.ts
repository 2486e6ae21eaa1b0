import type { AssistantMessage, ChatMessage, ToolDeclaration } from '../chat/messages.ts'
import type { NodeTokens, RoleModel } from '../trajectory/trajectory.ts'

/** What an assistant decides from. */
export interface AssistantView {
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ToolDeclaration[]
  /** Of this turn. */
  readonly seed: number
  readonly signal: AbortSignal
}

export interface AssistantTurn {
  readonly message: AssistantMessage
  readonly tokens?: NodeTokens
  /** `length`: it was cut, and its calls are not executed. */
  readonly finish: 'stop' | 'tool_calls' | 'length'
  readonly meta?: Readonly<Record<string, unknown>>
}

/** Something that answers: the oracle, a model of ours, an endpoint. */
export interface AssistantPolicy {
  /** The author of its messages. */
  readonly name: string
  /** What trajectories say of it; its name without it. */
  readonly model?: RoleModel
  turn(view: AssistantView): Promise<AssistantTurn>
}

export type UserTurn =
  | { readonly kind: 'say'; readonly text: string; readonly meta?: Readonly<Record<string, unknown>> }
  | { readonly kind: 'done'; readonly meta?: Readonly<Record<string, unknown>> }

/** Someone who wants something: a script, a model that plays a person. */
export interface UserPolicy {
  readonly name: string
  /** Called for the opening with no message of the assistant, then after each of its turns without calls. */
  turn(view: {
    readonly messages: readonly ChatMessage[]
    readonly seed: number
    readonly signal: AbortSignal
  }): Promise<UserTurn>
}
