import { createHash } from 'node:crypto'
import type { RecordEncoder } from '../data/prepare-masked.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { chatExample } from './chat-example.ts'
import { readChatRecord } from './chat-record.ts'
import { pairExamples } from './pair-examples.ts'
import { readPreferencePair } from './preference-pair.ts'
import type { RunConfig } from './run-config.ts'
import { tokenizerDigest } from './tokenizer-digest.ts'
import { type TrajectoryOptions, trajectoryExamples } from './trajectory-examples.ts'

/** Bumped when the same record is written in other tokens. */
const version = 3

type Objective = Exclude<RunConfig['objective'], 'pretrain'>

const encoders: Readonly<
  Record<Objective, (tokenizer: Tokenizer, options: TrajectoryOptions) => RecordEncoder['encode']>
> = {
  sft: (tokenizer, options) => (value) => {
    if (Array.isArray(value.nodes)) return trajectoryExamples(tokenizer, value, options)
    const example = chatExample(tokenizer, readChatRecord(value), options)
    return example === null ? { documents: [], tooLong: 1 } : { documents: [example] }
  },
  preference: (tokenizer, options) => (value) => {
    const examples = pairExamples(tokenizer, readPreferencePair(value), options)
    return examples === null ? { documents: [], tooLong: 1 } : { documents: examples }
  },
}

/** How a run's records become tokens. @throws UserError for a vocabulary without K2's marks */
export function recordEncoder(
  objective: Objective,
  tokenizer: Tokenizer,
  options: TrajectoryOptions,
): RecordEncoder {
  const { toolStyle, defaultSystem, tooLong, failed, sequenceLength } = options
  const identity = [version, objective, tokenizerDigest(tokenizer)]
  return {
    vocabSize: tokenizer.vocabSize,
    endOfDocument: tokenizer.specials.get('[EOS]')!,
    digest: createHash('sha256')
      .update(JSON.stringify([...identity, toolStyle, defaultSystem, tooLong, failed, sequenceLength]))
      .digest('hex'),
    encode: encoders[objective](tokenizer, options),
  }
}
