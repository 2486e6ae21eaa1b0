import { expect, test, vi } from 'vitest'
import { PermanentFailure } from '../../jobs/failures.ts'
import { rolesSchema } from '../../roles/role-config.ts'
import { says, scriptedEndpoint } from '../../roles/scripted-endpoint.fixture.ts'
import { countedRoles, createRoleTable } from './unit-roles.ts'

const messages = [{ role: 'user', content: 'Hello' }] as const
const prices = { input: 1, output: 2 }

test('of its own settings a worker takes limits, and prices of the same model', async () => {
  await using server = await scriptedEndpoint(() => says('Hi'))
  const own = { base_url: server.baseUrl, model: 'small', temperature: 0.9, prices }
  const table = createRoleTable(rolesSchema.parse({ judge: own }))
  const unit = { base_url: server.baseUrl, prompts: [] }
  for (const model of ['small', 'large']) {
    const counted = countedRoles(table({ judge: { ...unit, model } }), { account: () => {} })
    await counted.role('judge')!.complete({ messages, temperature: 0.2 })
    expect(counted.costs()[0]!.cost > 0).toBe(model === 'small')
  }
  expect(server.requests.map(({ temperature }) => temperature)).toEqual([0.2, 0.2])
})

test('units of other prompts and temperatures share one endpoint', async () => {
  await using server = await scriptedEndpoint(() => says('Hi'))
  const own = { base_url: server.baseUrl, model: 'm' }
  const table = createRoleTable(
    rolesSchema.parse({ judge: { ...own, max_concurrency: 1 }, user: { ...own, retries: 2 } }),
  )
  const units = [
    table({ judge: { ...own, prompts: ['a'] } }),
    table({ judge: { ...own, prompts: ['b'], temperature: 0.5 } }),
    table({ user: { ...own, prompts: [] } }),
  ]
  const roles = units.map(({ role }) => (role('judge') ?? role('user'))!)
  await Promise.all(roles.map((role) => role.complete({ messages })))
  expect(units[0]!.usage()).toMatchObject([{ model: 'm', answers: 3 }])
})

test('a unit cannot have a key sent, or an address asked, that the run does not name', () => {
  vi.stubEnv('UNIT_ROLES_SECRET', 'secret')
  const named = { base_url: 'http://127.0.0.1:9/v1', model: 'm', prompts: [] }
  const { prompts: _, ...role } = named
  const table = createRoleTable(rolesSchema.parse({ judge: { ...role, api_key_env: 'UNIT_ROLES_SECRET' } }))
  const elsewhere = { ...named, base_url: 'http://127.0.0.1:8/v1', api_key_env: 'UNIT_ROLES_SECRET' }
  expect(() => table({ user: elsewhere })).toThrow(PermanentFailure)
  expect(() => table({ user: elsewhere })).toThrow(
    "roles.user: the roles of this process's run (config.json, of a rephrasing roles.json) name nothing at http://127.0.0.1:8/v1 with api_key_env UNIT_ROLES_SECRET",
  )
  expect(() => table({ user: { ...named, api_key_env: 'HOME' } })).toThrow('api_key_env HOME')
  expect(() => table({ user: named })).toThrow('no api_key_env')
  expect(() => createRoleTable()({ user: named })).toThrow(PermanentFailure)
  expect(table({ user: { ...named, api_key_env: 'UNIT_ROLES_SECRET' } }).role('user')?.model).toBe('m')
  vi.unstubAllEnvs()
})
