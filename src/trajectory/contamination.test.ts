import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createContaminationIndex } from './contamination.ts'

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `n${from + i}`).join(' ')

test('planted stretches are found with their places, and nothing else is', () => {
  const evaluation = [
    { id: 'long', text: numbers(0, 40) },
    { id: 'short', text: 'Where is my order A-17 now?' },
  ]
  const before = 'Something of our own: '
  const stretch = numbers(10, 15).replaceAll(' ', ',  ').toUpperCase()
  const training = [
    { id: 'clean', text: `${numbers(10, 12)} ${numbers(30, 10)} where is my order B-17 now` },
    { id: 'planted', text: `${before}${stretch}; and "where is MY order a 17 now"` },
  ]
  const index = createContaminationIndex(evaluation)
  const found = training
    .map(({ id, text }) => ({ id, overlaps: index.overlaps(text) }))
    .filter(({ overlaps }) => overlaps.length > 0)
  expect(found).toEqual([
    {
      id: 'planted',
      overlaps: [
        { evaluationId: 'long', start: before.length, end: before.length + stretch.length, words: 15 },
        { evaluationId: 'short', start: expect.any(Number), end: expect.any(Number), words: 7 },
      ],
    },
  ])
  const [, short] = found[0]!.overlaps
  expect(training[1]!.text.slice(short!.start, short!.end)).toBe('where is MY order a 17 now')
})

test('evaluation texts of a few words are told, not guessed at', () => {
  const index = createContaminationIndex([
    { id: 'four', text: 'What time is it?' },
    { id: 'five', text: 'What time is it there?' },
    { id: 'none', text: '' },
  ])
  expect(index.tooShort).toEqual(['four', 'none'])
  expect(index.overlaps('so what time is it there then').map(({ evaluationId }) => evaluationId)).toEqual([
    'five',
  ])
  const two = createContaminationIndex([{ id: 'two', text: 'Good morning' }], { words: 2 })
  expect(two.overlaps('good, good morning')).toEqual([{ evaluationId: 'two', start: 6, end: 18, words: 2 }])
})

/** By the definition: all runs of words compared with all. */
function plainCovered(
  text: readonly string[],
  item: readonly string[],
  whole: number,
  shortest: number,
): boolean[] {
  const length = Math.min(whole, item.length)
  const covered = text.map(() => false)
  if (length < shortest) return covered
  for (let at = 0; at + length <= text.length; at++)
    for (let from = 0; from + length <= item.length; from++)
      if (text.slice(at, at + length).join() === item.slice(from, from + length).join())
        covered.fill(true, at, at + length)
  return covered
}

test('any texts: the stretches cover what the definition says', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 14 })
  fc.assert(
    fc.property(
      words,
      fc.array(words, { maxLength: 4 }),
      fc.integer({ min: 3, max: 5 }),
      (text, items, whole) => {
        const evaluation = items.map((item, i) => ({ id: String(i), text: item.join(' ') }))
        const overlaps = createContaminationIndex(evaluation, { words: whole, shortest: 3 }).overlaps(
          text.join(' '),
        )
        for (const [i, item] of items.entries()) {
          const covered = text.map(() => false)
          for (const { evaluationId, start, end, words } of overlaps) {
            if (evaluationId !== String(i)) continue
            // A word is a letter and a space.
            expect(end - start).toBe(2 * words - 1)
            covered.fill(true, start / 2, start / 2 + words)
          }
          expect(covered).toEqual(plainCovered(text, item, whole, 3))
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('of many evaluation texts of one pattern a few are named', () => {
  const evaluation = Array.from({ length: 5_000 }, (_, i) => ({
    id: `e${i}`,
    text: `${numbers(0, 30)} x${i}`,
  }))
  const index = createContaminationIndex(evaluation)
  const overlaps = index.overlaps(`${numbers(0, 30)} x4999`)
  expect(overlaps.map(({ evaluationId }) => evaluationId)).toEqual([
    ...Array.from({ length: 8 }, (_, i) => `e${i}`),
    'e4999',
  ])
  expect(overlaps.at(-1)!.words).toBe(13)
})
