import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
import { saveTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { trainBpe } from '../tokenizer/train-bpe.ts'

const launcher = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
const directory = await mkdtemp(join(tmpdir(), 'rephrase-shards-'))
afterAll(() => rm(directory, { recursive: true, force: true }))

const tsukimi = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [launcher, ...args], { cwd: directory })

/** Every file of the cache with the time when it was written. */
async function shardFiles(): Promise<readonly (readonly [string, number])[]> {
  const root = join(directory, '.tsukimi', 'shards')
  const names = (await readdir(root, { recursive: true })).toSorted()
  return Promise.all(names.map(async (name) => [name, (await stat(join(root, name))).mtimeMs] as const))
}

const settings = [
  ...['steps=1', 'samples.prompts=[]', 'data.sequenceLength=32', 'batch.sequences=1', 'batch.accumulation=1'],
  ...['model.numHiddenLayers=2', 'model.hiddenSize=32', 'schedule.warmupSteps=0'],
].flatMap((setting) => ['--set', setting])

test('with a tokenizer the shards are made that a run of data.yaml looks for', async () => {
  const text = await readFile(fileURLToPath(import.meta.url), 'utf8')
  const tokenizer = createTokenizer(trainBpe([text], { vocabSize: 700 }))
  await saveTokenizer(tokenizer, join(directory, 'given'))
  const { stdout } = await tsukimi('rephrase', '--facts', '40', '--out', 'out', '--tokenizer', 'given')
  const [, tokens] = /shards .* are in \.tsukimi\/shards: text: ([\d,]+) training tokens/.exec(stdout)!
  const made = await shardFiles()
  expect(made.filter(([name]) => name.endsWith('tokens-00000.bin'))).toHaveLength(4)
  await rm(join(directory, 'given'), { recursive: true })
  const { stderr } = await tsukimi('pretrain', 'out/data.yaml', '--out', 'run', ...settings)
  expect(stderr).toContain(`text: ${tokens} training tokens`)
  expect(stderr).not.toContain('tokenising')
  expect(await shardFiles()).toEqual(made)
  const config = JSON.parse(await readFile(join(directory, 'run', 'config.json'), 'utf8'))
  expect(config.model.vocabSize).toBe(tokenizer.vocabSize)
})
