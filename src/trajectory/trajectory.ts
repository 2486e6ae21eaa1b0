import type { ChatMessage, ToolDeclaration } from '../chat/messages.ts'
import { pathTo } from './path-to.ts'

/**
 * Tokens of a node as a model saw or wrote them; all arrays have the same length. They are the body of its turn, with
 * the mark that ends it if it was sampled; or the whole turn, where they begin with an opening mark that was not.
 */
export interface NodeTokens {
  readonly ids: Int32Array
  /** 1 where the model chose the token, 0 where it was given one (a template's mark, a forced prefix). */
  readonly sampled: Uint8Array
  /** Natural logarithms at temperature 1 of the tokens that were sampled, 0 elsewhere. */
  readonly logProbs?: Float32Array
  /** Version of the weights that chose each token, −1 where none did. */
  readonly weightVersions: Int32Array
}

/** A message at its place in the graph: `parent` is an index into `nodes`, −1 for a beginning. */
export interface TrajectoryNode {
  readonly parent: number
  /** Who made it: a role of the run, such as `assistant`, `user`, `tool simulator`. */
  readonly author: string
  readonly message: ChatMessage
  readonly tokens?: NodeTokens
  /** Anything that its author says of it: latency, a seeded failure, tokens used. */
  readonly meta?: Readonly<Record<string, unknown>>
}

/** One part of an outcome: a check of the rubric, a judge's criterion. */
export interface RewardPart {
  readonly name: string
  readonly kind: 'rule' | 'judge' | 'tests'
  /** 0 … 1. */
  readonly score: number
  readonly passed: boolean
  /** Why, in words, for whoever reads the trajectory. */
  readonly detail?: string
}

/** Whose failure it is, where the outcome is bad. */
export type Fault = 'assistant' | 'user' | 'tools' | 'environment' | 'infrastructure'

export interface Outcome {
  /** 0 … 1; null where nobody judged. */
  readonly reward: number | null
  readonly parts: readonly RewardPart[]
  readonly status: 'completed' | 'truncated' | 'aborted' | 'failed'
  /** What ended it: `user done`, `turns`, `tokens`, an error in words. */
  readonly stop: string
  readonly fault?: Fault
}

/** A model behind a role. */
export interface RoleModel {
  readonly name: string
  /** Digest or version of its prompt or chat template. */
  readonly template?: string
  readonly sampling?: Readonly<Record<string, number>>
}

/**
 * What happened in an episode: of synthesis, fine-tuning, reinforcement learning, serving or evaluation. A path from a
 * beginning to a leaf is a conversation; branches are other continuations.
 */
export interface Trajectory {
  readonly version: 1
  readonly id: string
  readonly task: { readonly set: string; readonly id: string; readonly digest: string }
  readonly seed: number
  readonly environment?: { readonly name: string; readonly version: string }
  /** By role. */
  readonly models: Readonly<Record<string, RoleModel>>
  /** As declared to the assistant. */
  readonly tools: readonly ToolDeclaration[]
  readonly nodes: readonly TrajectoryNode[]
  readonly outcome?: Outcome
  /** Where it comes from: the stage that made it and the keys of its inputs. */
  readonly lineage?: {
    readonly parent?: string
    readonly stage?: string
    readonly keys: readonly string[]
  }
  /** Anything to group by: `family`, `domain`, `difficulty`. */
  readonly labels?: Readonly<Record<string, string>>
}

/** The conversation that ends in a node (default the last), from its beginning. */
export function conversation(trajectory: Trajectory, leaf = trajectory.nodes.length - 1): ChatMessage[] {
  return pathTo(trajectory, leaf).map(({ message }) => message)
}
