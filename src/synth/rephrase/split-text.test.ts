import fc from 'fast-check'
import { expect, test } from 'vitest'
import { k2Pattern } from '../../tokenizer/pretoken-pattern.ts'
import { countPreTokens } from './count-pre-tokens.ts'
import { splitText } from './split-text.ts'

const chunksOf = (text: string, chunkTokens: number, excerptTokens = 4096): string[] =>
  splitText(text, { chunkTokens, excerptTokens }, countPreTokens).flatMap(({ chunks }) => chunks)

/** Texts with all kinds of borders, and any others. */
const texts = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        'One two. ',
        'Is it? ',
        'word ',
        '\n\n',
        '\n',
        '月見。',
        'x',
        '12,345 ',
        '“No!” ',
        '😀',
      ),
      {
        maxLength: 120,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)

test('pre-tokens are what the pattern finds', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(countPreTokens(text)).toBe(text.match(k2Pattern)?.length ?? 0)
    }),
  )
})

test('all chunks together are the text, none above its size, no character parted', () => {
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      (text, chunk, excerpt) => {
        const excerpts = splitText(text, { chunkTokens: chunk, excerptTokens: excerpt }, countPreTokens)
        expect(excerpts.flatMap(({ chunks }) => chunks).join('')).toBe(text)
        for (const { chunks } of excerpts) {
          for (const each of chunks) {
            expect(each.isWellFormed()).toBe(true)
            expect(countPreTokens(each)).toBeLessThanOrEqual(Math.min(chunk, excerpt))
          }
          expect(countPreTokens(chunks.join(''))).toBeLessThanOrEqual(excerpt)
        }
      },
    ),
  )
})

test('a cut is made at the best border there is', () => {
  expect(chunksOf('One two three.\n\nFour five six. Seven eight nine.\nTen.', 9)).toEqual([
    'One two three.\n\n',
    'Four five six. Seven eight nine.\n',
    'Ten.',
  ])
  expect(chunksOf('One two three. Four five six. Seven eight.', 10)).toEqual([
    'One two three. Four five six. ',
    'Seven eight.',
  ])
  expect(chunksOf('one two three four five', 3)).toEqual(['one two ', 'three four five'])
})

test('what fits is one chunk of one excerpt', () => {
  expect(splitText('A short text.', { chunkTokens: 256, excerptTokens: 4096 }, countPreTokens)).toEqual([
    { chunks: ['A short text.'] },
  ])
})
