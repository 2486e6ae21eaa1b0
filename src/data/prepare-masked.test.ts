import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../user-error.ts'
import { maskedDocuments } from './masked-documents.ts'
import { prepareMasked, type RecordEncoder } from './prepare-masked.ts'
import { openRecords } from './records.ts'
import { scratchDirectory } from './scratch-directory.fixture.ts'

/** Records {text}: a token for each letter, capitals learned; more than 8 letters are too long, digits refused. */
const encoder: RecordEncoder = {
  vocabSize: 200,
  endOfDocument: 0,
  digest: 'letters',
  encode: ({ text }) => {
    if (typeof text !== 'string') throw new UserError('no text')
    if (text.length > 8) return { documents: [], tooLong: 1 }
    if (text === 'failed') return { documents: [], failed: 1 }
    const tokens = [...text].map((letter) => letter.charCodeAt(0))
    return { documents: [{ tokens, mask: tokens.map((code) => Number(code < 97)), bytes: text.length }] }
  },
}

const lines = Array.from({ length: 40 }, (_, i) => ({
  text: `${String.fromCharCode(97 + (i % 26))}bCd${i < 26 ? '' : 'E'}`,
}))

async function prepare(path: string, cacheDirectory: string, onBadInput: 'refuse' | 'skip' = 'refuse') {
  return prepareMasked({
    files: await openRecords(path),
    encoder,
    cacheDirectory,
    split: { seed: 1, heldOutFraction: 0.2 },
    onBadInput,
  })
}

const written = (records: readonly unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')

test('records are encoded once, split by their content, and read back with their masks', async () => {
  await using dir = await scratchDirectory()
  const path = join(dir.path, 'a.jsonl')
  // Each record twice: both of them are on the same side.
  await writeFile(path, written([...lines, ...lines, { text: 'muchtoolong' }, { text: 'failed' }]))
  const cache = join(dir.path, 'cache')
  using first = await prepare(path, cache)
  using again = await prepare(path, cache)
  expect(readdirSync(cache)).toHaveLength(1)
  expect(again.learned).toBe(first.learned)
  for (const prepared of [first, again]) expect(prepared).toMatchObject({ tooLong: 1, failed: 1 })
  const texts = [again.train, again.heldOut].map(({ tokens, mask }) => {
    const documents = maskedDocuments(tokens, mask)
    return Array.from({ length: documents.documentCount }, (_, d) => {
      const [ids, learned] = [new Int32Array(8), new Int32Array(8)]
      documents.read(d, ids, learned)
      const text = String.fromCharCode(...ids.subarray(0, documents.tokenCount(d)))
      expect([...learned.subarray(0, text.length)]).toEqual([...text].map((x) => Number(x < 'a')))
      expect(documents.bytes(d)).toBe(text.length)
      return text
    })
  })
  const [train, heldOut] = texts
  expect([...train!, ...heldOut!].toSorted()).toEqual([...lines, ...lines].map(({ text }) => text).toSorted())
  expect(train!.filter((text) => heldOut!.includes(text))).toEqual([])
  expect(heldOut!.length).toBeGreaterThan(0)
})

test('bad records are refused with their place, or skipped and counted', async () => {
  await using dir = await scratchDirectory()
  const path = join(dir.path, 'a.jsonl')
  await writeFile(path, `${written(lines)}not json\n${written([{ other: 1 }])}`)
  await expect(prepare(path, join(dir.path, 'cache'))).rejects.toThrow(/a\.jsonl, line 41: not valid JSON/)
  using prepared = await prepare(path, join(dir.path, 'cache'), 'skip')
  expect(prepared.badInputs.map(({ place, reason }) => [place, reason])).toEqual([
    ['line 41', expect.stringContaining('not valid JSON')],
    ['line 42', 'no text'],
  ])
})

test('an empty file gives nothing, and other files are no records', async () => {
  await using dir = await scratchDirectory()
  await writeFile(join(dir.path, 'empty.jsonl'), '')
  using prepared = await prepare(join(dir.path, 'empty.jsonl'), join(dir.path, 'cache'))
  expect(prepared.train.tokens.documentCount).toBe(0)
  await writeFile(join(dir.path, 'a.txt'), 'text')
  await expect(openRecords(join(dir.path, 'a.txt'))).rejects.toThrow(/no \.jsonl or \.parquet file/)
})
