import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseOverride } from './config-override.ts'
import { loadRunConfig } from './load-run-config.ts'
import { resolveRunConfig } from './resolve-run-config.ts'

let directory = ''
const path = (name: string): string => join(directory, name)
const write = async (name: string, text: string): Promise<string> => {
  await writeFile(path(name), text)
  return path(name)
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-config-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const expected = resolveRunConfig({
  preset: 'micro',
  overrides: ['steps=400', 'data.sources.0.path=a.txt'].map((text) => parseOverride(text)),
})

test.each([
  ['run.json', '{"preset": "micro", "steps": 400, "data": {"sources": [{"path": "a.txt", "weight": 1}]}}'],
  ['run.yaml', 'preset: micro\nsteps: 400\ndata:\n  sources:\n    - { path: a.txt, weight: 1 }\n'],
  [
    'run.mjs',
    'export default { preset: "micro", steps: 400, data: { sources: [{ path: "a.txt", weight: 1 }] } }\n',
  ],
  [
    'run.ts',
    'const steps: number = 400\nexport default { preset: "micro", steps, data: { sources: [{ path: "a.txt", weight: 1 }] } }\n',
  ],
])('%s', async (name, text) => {
  expect(await loadRunConfig(await write(name, text))).toEqual(expected)
})

test("a run's directory gives its run again", async () => {
  await write('config.json', JSON.stringify({ ...expected, writtenBy: { tsukimi: '0.1.0' } }))
  expect(await loadRunConfig(directory)).toEqual(expected)
  expect(await loadRunConfig(directory, [parseOverride('seed=7')])).toEqual({ ...expected, seed: 7 })
})

test('names of presets, and none', async () => {
  expect(await loadRunConfig('small')).toEqual(resolveRunConfig({ preset: 'small' }))
  expect(await loadRunConfig(undefined)).toEqual(resolveRunConfig({ preset: 'nano' }))
})

test.each([
  ['broken.yaml', 'a: [1', /broken\.yaml: not YAML: .*line 1/],
  ['broken.json', '{"steps": }', /broken\.json.*not JSON/],
  ['empty.mjs', 'export const a = 1\n', /empty\.mjs: has no default export/],
  ['throws.mjs', 'throw new Error("no luck")\n', /throws\.mjs: cannot be imported: no luck/],
  ['run.toml', 'steps = 1', /run\.toml: a config is one of \.json, \.yaml/],
  ['typo.yaml', 'optimiser:\n  tau: 3\n', /typo\.yaml: unknown key "optimiser"; did you mean "optimizer"\?/],
  ['list.yaml', '- nano\n', /list\.yaml: expected an object with the keys of a run/],
])('%s', async (name, text, message) => {
  const loaded = loadRunConfig(await write(name, text))
  await expect(loaded).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(message) })
})

test('what is not there', async () => {
  await expect(loadRunConfig(path('missing.json'))).rejects.toThrow(
    /cannot read .*missing\.json: no such file/,
  )
  await expect(loadRunConfig('nanoo')).rejects.toThrow(
    '"nanoo" is neither a preset nor a file; did you mean "nano"?',
  )
})
