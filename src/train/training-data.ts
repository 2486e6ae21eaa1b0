import { type BatchSource, createBatches } from '../data/batches.ts'
import { type HeldOutBatches, heldOutBatches } from '../data/held-out.ts'
import type { TokenStream } from '../data/token-stream.ts'
import type { BatchInput } from './batch-inputs.ts'
import type { RunConfig } from './run-config.ts'

/** A step's batch, each array [A·B·T]; `lossWeights` where the objective weighs tokens. */
export interface TrainingBatch extends Readonly<Record<Exclude<BatchInput, 'lossWeights'>, Int32Array>> {
  readonly lossWeights?: Float32Array
  /** Tokens of it, without padding. */
  readonly tokens: number
}

/** Batches of a run, a pure function of the step. */
export interface TrainingBatches {
  /** Positions that a step computes. */
  readonly tokensPerBatch: number
  batch(step: number): TrainingBatch
}

/** How much of the held-out data an evaluation scores: some of it during training, all of it at the end. */
export type EvaluationExtent = 'quick' | 'whole'

/** What a run trains on, and what it is scored on. */
export interface TrainingData {
  readonly batches: TrainingBatches
  readonly heldOut: {
    /** During training. */
    readonly quick: HeldOutBatches
    /** At the end. */
    readonly whole: HeldOutBatches
  }
}

/** Held-out tokens of an evaluation during training; the last one scores them all. */
export const quickEvaluationTokens = 32_768

/**
 * Text for pre-training, each token of the same weight.
 *
 * @throws UserError when there is too little of it
 */
export function textData(
  { batch, data, seed }: RunConfig,
  sources: readonly BatchSource[],
  stream: TokenStream,
): TrainingData {
  const { sequenceLength } = data
  const batches = createBatches({
    sources,
    sequenceLength,
    batchSize: batch.sequences * batch.accumulation,
    seed,
  })
  const heldOut = { stream, sequenceLength, batchSize: batch.sequences, seed }
  return {
    batches: {
      tokensPerBatch: batches.tokensPerBatch,
      batch: (step) => ({ ...batches.batch(step), tokens: batches.tokensPerBatch }),
    },
    heldOut: {
      quick: heldOutBatches({ ...heldOut, maximumTokens: quickEvaluationTokens }),
      whole: heldOutBatches(heldOut),
    },
  }
}
