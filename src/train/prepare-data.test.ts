import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import { prepareData } from './prepare-data.ts'
import { resolveRunConfig } from './resolve-run-config.ts'

const lines = (records: readonly unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')

test("extra text of a tokenizer is in `text`, whatever the corpus's field is, and is skipped as the corpus is", async () => {
  await using scratch = await scratchDirectory()
  const at = (name: string): string => join(scratch.path, name)
  await writeFile(
    at('corpus.jsonl'),
    lines(Array.from({ length: 40 }, (_, i) => ({ body: `abc ${i} `.repeat(3) }))),
  )
  await writeFile(at('extra.jsonl'), lines([{ text: 'zq'.repeat(4000) }, { body: 'no text' }]))
  const prepare = async (onBadInput: 'skip' | 'refuse') => {
    const content = {
      tokenizer: { vocabSize: 520, extraText: [at('extra.jsonl')] },
      data: {
        sources: [{ path: at('corpus.jsonl'), weight: 1 }],
        textField: 'body',
        sequenceLength: 16,
        heldOutFraction: 0.3,
        onBadInput,
      },
    }
    const config = resolveRunConfig({ file: { path: 'test', content } })
    return prepareData(config, { runDir: at(onBadInput), cacheDirectory: at('cache') })
  }
  await expect(prepare('refuse')).rejects.toThrow(/extra\.jsonl, line 2: .*"text"/)
  using prepared = await prepare('skip')
  expect(prepared.tokenizer.encodeToArray('zq')).toHaveLength(1)
  expect(prepared.badInputs).toMatchObject([{ place: 'line 2' }])
})
