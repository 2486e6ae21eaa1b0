import { expect, test } from 'vitest'
import { corpusSizes } from './corpus-sizes.ts'
import { countPreTokens } from './count-pre-tokens.ts'

const sizes = { excerptTokens: 8, chunkTokens: 4 }
const { signal } = new AbortController()

test('tokens and excerpts of all documents are counted', async () => {
  const documents = async function* () {
    for (const text of ['One two three.', 'This is a short line.\n\nAnother line of words.'])
      yield { id: '', text }
  }
  // A mark is one token with the line ends behind it.
  expect(await corpusSizes({ documents }, sizes, countPreTokens, signal)).toEqual({
    tokens: 3 + 1 + (5 + 1) + (4 + 1),
    excerpts: 3,
  })
})

test('a signal is heeded while documents that never wait for anything are counted', async () => {
  const stop = new AbortController()
  setImmediate(() => stop.abort())
  let read = 0
  const documents = async function* () {
    for (; read < 100_000; read++) yield { id: '', text: 'One two three.' }
  }
  const counted = corpusSizes({ documents }, sizes, countPreTokens, stop.signal)
  await expect(counted).rejects.toThrow(stop.signal.reason)
  expect(read).toBeLessThan(10)
})
