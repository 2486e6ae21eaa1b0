import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../user-error.ts'
import { type ConversationBatch, createConversationBatches } from './conversation-batches.ts'
import type { HeldOutBatch } from './held-out.ts'
import { heldOutConversations } from './held-out-conversations.ts'
import { type MaskedDocument, memoryMaskedDocuments } from './memory-masked-documents.ts'
import { packRows } from './pack-rows.ts'

const T = 12
const endOfDocument = 999
const vocabulary = { vocabSize: 1000, endOfDocument }

/** Document d of some tokens: its first is d, so that it can be told from the others. */
const documentOf = (d: number, learned: readonly boolean[]): MaskedDocument => ({
  tokens: [d, ...learned.map((_, i) => 100 + ((d * 31 + i) % 800))],
  mask: [0, ...learned.map(Number)],
  bytes: learned.filter(Boolean).length,
})

const anyDocuments = fc
  .array(fc.array(fc.boolean(), { minLength: 1, maxLength: T }), { minLength: 1, maxLength: 40 })
  .map((masks) => masks.map((mask, d) => documentOf(d, mask.some(Boolean) ? mask : [...mask.slice(1), true])))

/** The documents that a batch's rows hold, as tokens and masks, read off attention's ids alone. */
function readBack(
  { inputIds, targetIds, documentIds }: ConversationBatch | HeldOutBatch,
  weights: Float32Array,
): { tokens: number[]; mask: number[] }[] {
  const found: { tokens: number[]; mask: number[] }[] = []
  for (let row = 0; row * T < inputIds.length; row++)
    for (let at = row * T; at < (row + 1) * T; at++) {
      const isNew = at === row * T || documentIds[at] !== documentIds[at - 1]
      if (isNew) found.push({ tokens: [inputIds[at]!], mask: [0] })
      else expect(inputIds[at]).toBe(targetIds[at - 1])
      found.at(-1)!.tokens.push(targetIds[at]!)
      found.at(-1)!.mask.push(weights[at]! > 0 ? 1 : 0)
    }
  return found.filter(({ tokens }) => tokens[0] !== endOfDocument)
}

const byFirst = (documents: readonly { readonly tokens: ArrayLike<number> }[]) =>
  documents.toSorted((a, b) => a.tokens[0]! - b.tokens[0]!)

test('an epoch has each conversation once, whole, with its mask, and weights that sum to one', () => {
  fc.assert(
    fc.property(anyDocuments, fc.nat({ max: 1000 }), fc.nat({ max: 3 }), (documents, seed, epoch) => {
      const source = { documents: memoryMaskedDocuments(documents, vocabulary), weight: 1 }
      const rows = createConversationBatches({ sources: [source], sequenceLength: T, batchSize: 1, seed })
      const [begin, end] = [rows.rowsOf(epoch), rows.rowsOf(epoch + 1)]
      const found: { tokens: number[]; mask: number[] }[] = []
      for (let step = begin; step < end; step++) {
        const batch = rows.batch(step)
        found.push(...readBack(batch, batch.lossWeights))
        const sum = batch.lossWeights.reduce((total, weight) => total + weight, 0)
        expect(sum).toBeCloseTo(1, 5)
        expect(batch.lossWeights.filter((weight) => weight > 0).length).toBe(batch.learned)
      }
      const given = documents.map(({ tokens, mask }) => ({ tokens: [...(tokens as number[])], mask }))
      expect(byFirst(found)).toEqual(given)
    }),
    { numRuns: 60 },
  )
})

test('no row overflows, and no two of a window could be one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 300 }), (sizes) => {
      const order = sizes.map((_, i) => i)
      const { count, documents, starts } = packRows(order, (d) => sizes[d]!, 50)
      expect([...documents].toSorted((a, b) => a - b)).toEqual(order)
      const filled = Array.from({ length: count }, (_, row) =>
        documents.subarray(starts[row]!, starts[row + 1]!).reduce((sum, d) => sum + sizes[d]!, 0),
      )
      expect(Math.max(...filled)).toBeLessThanOrEqual(50)
      // No two rows could be one.
      const emptiest = filled.toSorted((a, b) => a - b)
      expect((emptiest[0] ?? 0) + (emptiest[1] ?? 50)).toBeGreaterThan(filled.length > 1 ? 50 : -1)
    }),
  )
})

const many = memoryMaskedDocuments(
  Array.from({ length: 50 }, (_, d) => documentOf(d, Array(1 + (d % 7)).fill(true) as boolean[])),
  vocabulary,
)
const options = { sources: [{ documents: many, weight: 1 }], sequenceLength: T, batchSize: 4, seed: 3 }

test('a batch is a function of the step, in whatever order batches are asked for', () => {
  const forwards = createConversationBatches(options)
  const expected = Array.from({ length: 20 }, (_, step) => forwards.batch(step))
  for (const step of [19, 0, 7, 19, 3]) {
    expect(createConversationBatches(options).batch(step)).toEqual(expected[step])
    expect(forwards.batch(step)).toEqual(expected[step])
  }
})

test('epochs and seeds have orders of their own', () => {
  const { rowsOf, batch } = createConversationBatches({ ...options, batchSize: 1 })
  const other = createConversationBatches({ ...options, batchSize: 1, seed: 4 })
  const rows = (of: typeof batch, from: number) => Array.from({ length: 8 }, (_, i) => of(from + i).inputIds)
  expect(rows(batch, 0)).not.toEqual(rows(batch, rowsOf(1)))
  expect(rows(batch, 0)).not.toEqual(rows(other.batch, 0))
})

test('sources have their shares of the rows', () => {
  const other = memoryMaskedDocuments([documentOf(77, [true])], vocabulary)
  const sources = [...options.sources, { documents: other, weight: 3 }]
  const { batch } = createConversationBatches({ ...options, sources, batchSize: 1 })
  const fromOther = Array.from({ length: 80 }, (_, step) => batch(step).inputIds[0] === 77)
  expect(fromOther.filter(Boolean).length).toBeGreaterThan(57)
  expect(fromOther.filter(Boolean).length).toBeLessThan(63)
})

test('held-out batches score each learned token once', () => {
  const heldOut = heldOutConversations({ documents: many, sequenceLength: T, batchSize: 3, seed: 1 })
  const found = Array.from({ length: heldOut.batchCount }, (_, i) => heldOut.batch(i)).flatMap((batch) =>
    readBack(batch, batch.lossMask),
  )
  expect(byFirst(found).map(({ tokens }) => tokens[0])).toEqual(Array.from({ length: 50 }, (_, d) => d))
  const learned = found.flatMap(({ mask }) => mask).reduce((sum, x) => sum + x, 0)
  expect([heldOut.tokens, heldOut.bytes, heldOut.documents]).toEqual([learned, learned, 50])
  const few = heldOutConversations({
    documents: many,
    sequenceLength: T,
    batchSize: 3,
    seed: 1,
    maximumTokens: 20,
  })
  expect(few.documents).toBeLessThan(10)
})

test('nothing to train on or to score is an error', () => {
  const none = memoryMaskedDocuments([], vocabulary)
  expect(() => createConversationBatches({ ...options, sources: [{ documents: none, weight: 1 }] })).toThrow(
    UserError,
  )
  expect(() => heldOutConversations({ documents: none, sequenceLength: T, batchSize: 1, seed: 0 })).toThrow(
    /held-out conversation/,
  )
})
