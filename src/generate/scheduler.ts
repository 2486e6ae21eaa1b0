import type { TokenConstraint } from '../grammar/token-constraint.ts'

/** One text to generate. */
export interface GenerationRequest {
  /** Token ids to go on from, at least one. */
  readonly prompt: readonly number[]
  /** Most tokens to generate. */
  readonly maxTokens: number
  /** 0 always takes the likeliest token. Default 1. */
  readonly temperature?: number
  /** Only the fewest likeliest tokens whose probabilities sum to at least this. Default 1. */
  readonly topP?: number
  /** Only so many of the likeliest tokens; 0, the default, is all of them. */
  readonly topK?: number
  /** Added to the logits of tokens, by id. */
  readonly logitBias?: ReadonlyMap<number, number>
  /** Taken off the logit of a token for each time that it was generated. Default 0. */
  readonly frequencyPenalty?: number
  /** Taken off the logit of every token that was generated. Default 0. */
  readonly presencePenalty?: number
  /** The same seed gives the same tokens. Default 0. */
  readonly seed?: number
  /** Ids that end the text; they are not given out. */
  readonly stop?: readonly number[]
  readonly constraint?: TokenConstraint
  /** How many of the likeliest alternatives come with each token. Default 0. */
  readonly topLogProbs?: number
  /** Aborting ends the text, with `aborted`. */
  readonly signal?: AbortSignal
}

export interface TokenLogProb {
  readonly id: number
  /** Natural logarithm, by the model itself: at temperature 1, before penalties, bias and constraint. */
  readonly logProb: number
}

/** A token that was drawn. */
export interface DrawnToken extends TokenLogProb {
  /** Of the weights that chose it. */
  readonly weightVersion: number
}

export interface GeneratedToken extends DrawnToken {
  /** The likeliest tokens of its place, likeliest first: `topLogProbs` of them. */
  readonly alternatives: readonly TokenLogProb[]
}

/** `stop`: a stop id came, or the constraint left nothing; `length`: no more tokens were allowed. */
export type FinishReason = 'stop' | 'length' | 'aborted'

/** A text under way. Iterating gives its tokens as they come; leaving the iteration early aborts it. */
export interface Generation extends AsyncIterable<GeneratedToken> {
  /** Tokens of the prompt whose latents were found; 0 until the first token. */
  readonly cachedTokens: number
  /** Undefined while it goes on. */
  readonly finishReason: FinishReason | undefined
  /** The stop token that ended it, if one did; it is not among those given out. */
  readonly stopToken: DrawnToken | undefined
  abort(): void
}

/** State of the engine room, all of it now. */
export interface SchedulerStats {
  /** Requests that wait for memory. */
  readonly queued: number
  /** Requests that have memory. */
  readonly running: number
  /** Sequences of the last decoding step. */
  readonly batchSize: number
  readonly promptTokens: number
  /** Of the prompt tokens, those that were found. */
  readonly cachedTokens: number
  readonly generatedTokens: number
  /** Pages of the latent cache. */
  readonly pages: { readonly total: number; readonly used: number; readonly reusable: number }
  readonly weightVersion: number
  readonly paused: boolean
}

/** Parameters by name, as a checkpoint has them, experts of a layer stacked. */
export type SchedulerWeights = ReadonlyMap<string, Float32Array>

/**
 * Generates many texts at once: requests join and leave the batch at every step (continuous batching), latents lie in
 * pages, and what a prompt shares with earlier ones is not computed again.
 */
export interface Scheduler {
  readonly vocabSize: number
  /** Most tokens of a prompt and its answer together. */
  readonly maxTokens: number
  /**
   * Queues a request.
   *
   * @throws UserError for a request that can never be served  @throws OverloadedError where too many wait already
   */
  submit(request: GenerationRequest): Generation
  /** No request is taken from the queue, and those under way stand still, until `resume`. */
  pause(): void
  resume(): void
  /** Ends all requests, queued and running. */
  abortAll(): void
  /**
   * Goes over to other weights when the requests under way have ended; those that wait get the new ones, so that no
   * answer mixes two versions. A paused scheduler aborts what is under way.
   *
   * @throws UserError for weights that do not fit the model, which change nothing
   */
  setWeights(version: number, weights: SchedulerWeights): Promise<void>
  stats(): SchedulerStats
  /** Aborts everything and frees the engine's memory. */
  close(): Promise<void>
}

/** More requests wait than the queue takes; come again later. */
export class OverloadedError extends Error {
  override name = 'OverloadedError'
}
