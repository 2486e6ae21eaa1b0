import { createHash } from 'node:crypto'
import type { RecordEncoder } from '../data/prepare-masked.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { type ChatExampleOptions, chatExample } from './chat-example.ts'
import { readChatRecord } from './chat-record.ts'
import { pairExamples, readPreferencePair } from './preference-pair.ts'
import type { RunConfig } from './run-config.ts'
import { tokenizerDigest } from './tokenizer-digest.ts'

/** Bumped when the same record is written in other tokens. */
const version = 2

type Objective = Exclude<RunConfig['objective'], 'pretrain'>

const encoders: Readonly<
  Record<Objective, (tokenizer: Tokenizer, options: ChatExampleOptions) => RecordEncoder['encode']>
> = {
  sft: (tokenizer, options) => (value) => {
    const example = chatExample(tokenizer, readChatRecord(value), options)
    return example && [example]
  },
  preference: (tokenizer, options) => (value) => pairExamples(tokenizer, readPreferencePair(value), options),
}

/** How a run's records become tokens. @throws UserError for a vocabulary without K2's marks */
export function recordEncoder(
  objective: Objective,
  tokenizer: Tokenizer,
  options: ChatExampleOptions,
): RecordEncoder {
  const { toolStyle, defaultSystem, tooLong, sequenceLength } = options
  const identity = [version, objective, tokenizerDigest(tokenizer)]
  return {
    vocabSize: tokenizer.vocabSize,
    endOfDocument: tokenizer.specials.get('[EOS]')!,
    digest: createHash('sha256')
      .update(JSON.stringify([...identity, toolStyle, defaultSystem, tooLong, sequenceLength]))
      .digest('hex'),
    encode: encoders[objective](tokenizer, options),
  }
}
