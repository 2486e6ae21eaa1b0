import { expect, test } from 'vitest'
import { byteTokenizer, mergingTokenizer } from '../chat/chat.fixture.ts'
import { memoryMaskedDocuments } from '../data/memory-masked-documents.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
import { trainBpe } from '../tokenizer/train-bpe.ts'
import { pairExamples, verdictTokens } from './pair-examples.ts'
import { bothVerdicts } from './verdict-documents.ts'

/** It has seen one of the verdicts only. */
const oneSided = createTokenizer(trainBpe(['{"better":"A"}'.repeat(99)], { merges: 10 }))
const options = { toolStyle: 'json', defaultSystem: null, sequenceLength: 4000, tooLong: 'drop' } as const
const pair = {
  messages: [{ role: 'user', content: 'how?' }],
  tools: [],
  chosen: { role: 'assistant', content: 'good' },
  rejected: { role: 'assistant', content: 'bad' },
} as const

test.each([
  ['bytes', byteTokenizer],
  ['merges', mergingTokenizer],
  ['one verdict known', oneSided],
])('a conversation with the other verdict is the one that would have been written: %s', (_, tokenizer) => {
  const right = pairExamples(tokenizer, pair, options)!
  const turned = pairExamples(tokenizer, { ...pair, chosen: pair.rejected, rejected: pair.chosen }, options)!
  const vocabulary = { vocabSize: tokenizer.vocabSize, endOfDocument: tokenizer.specials.get('[EOS]')! }
  const both = bothVerdicts(memoryMaskedDocuments(right, vocabulary), verdictTokens(tokenizer))
  // The other verdict on the straight order is the right one of the pair turned round, and so on.
  const expected = [right[0], turned[1], right[1], turned[0]]
  expect(both.documentCount).toBe(4)
  for (const [i, example] of expected.entries()) {
    const [tokens, mask] = [new Int32Array(4001), new Int32Array(4001)]
    both.read(i, tokens, mask)
    expect(both.tokenCount(i)).toBe(example.tokens.length)
    expect([...tokens.subarray(0, both.tokenCount(i))]).toEqual(example.tokens)
    expect([...mask.subarray(0, both.tokenCount(i))]).toEqual([...example.mask])
  }
})
