import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RephraseOptions } from './rephrase-options.ts'
import { loadRephraseRoles, rephraseRolesOf, saveRephraseRoles } from './rephrase-roles.ts'

const directory = await mkdtemp(join(tmpdir(), 'rephrase-roles-'))
afterAll(() => rm(directory, { recursive: true, force: true }))

const prices = { input: 0.6, output: 2.5 }
const given = {
  ...{ baseUrl: 'http://127.0.0.1:9/v1', model: 'm', apiKeyEnv: 'KEY', prices, judge: true },
  ...{ concurrency: 4, timeout: 60, retries: 2 },
} as RephraseOptions

test('what a rephrasing has kept a worker reads', async () => {
  expect(await loadRephraseRoles(directory)).toBeUndefined()
  const roles = rephraseRolesOf(given)
  await saveRephraseRoles(directory, roles)
  expect(await loadRephraseRoles(directory)).toEqual(roles)
  expect(roles.judge).toEqual(roles.rephraser)
  expect(roles.rephraser).toMatchObject({ api_key_env: 'KEY', prices, max_concurrency: 4 })
})

test('prices are those of a model, keys those of an endpoint', () => {
  const judgeOf = (more: Partial<RephraseOptions>) => rephraseRolesOf({ ...given, ...more }).judge
  expect(judgeOf({ judgeModel: 'other' })).toMatchObject({ api_key_env: 'KEY', model: 'other' })
  expect(judgeOf({ judgeModel: 'other' })).not.toHaveProperty('prices')
  expect(judgeOf({ judgeBaseUrl: 'http://127.0.0.1:8/v1' })).not.toHaveProperty('prices')
  expect(judgeOf({ judgeModel: 'other', judgePrices: { input: 1, output: 1 } })).toMatchObject({
    prices: { input: 1, output: 1 },
  })
  expect(judgeOf({ judge: false })).toBe('procedural')
})

test('roles that cannot be are refused with their place', async () => {
  expect(() => rephraseRolesOf({ ...given, baseUrl: 'gpu:8000' })).toThrow(
    /^tsukimi rephrase:.* rephraser.base_url: .*gpu:8000/s,
  )
  const path = join(directory, 'roles.json')
  await writeFile(path, JSON.stringify({ rephraser: { base_url: given.baseUrl, modell: 'm' } }))
  await expect(loadRephraseRoles(directory)).rejects.toThrow(/roles\.json: .*modell/)
})
