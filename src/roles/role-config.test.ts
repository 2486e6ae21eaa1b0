import { expect, test } from 'vitest'
import { parseAs } from '../schema-error.ts'
import { probeRoles } from './probe-roles.ts'
import { type AnswerCost, openRoles, type RolesConfig, roleNames, rolesSchema } from './role-config.ts'
import { refuses, says, scriptedEndpoint } from './scripted-endpoint.fixture.ts'

const read = (input: unknown): RolesConfig => parseAs(rolesSchema, input, 'synth.json: roles')
const messages = [{ role: 'user', content: 'Hello' }] as const

test('roles that are not named are procedural', () => {
  const roles = openRoles(read({}), {})
  expect(roleNames.map(roles.role)).toEqual(roleNames.map(() => null))
  expect(roles.usage()).toEqual([])
})

test('roles of one model share its limit and its account, each with its temperature', async () => {
  await using server = await scriptedEndpoint(() => says('Hi'))
  const model = { base_url: server.baseUrl, model: 'k2', api_key_env: 'KEY', prices: { input: 1, output: 2 } }
  const config = { judge: { ...model, temperature: 0 }, user: { ...model, temperature: 1 }, assistant: model }
  const roles = openRoles(read({ ...config, rephraser: { ...model, model: 'other' } }), { KEY: 'secret' })
  for (const name of ['judge', 'user', 'assistant', 'rephraser'] as const)
    await roles.role(name)!.complete({ messages, temperature: 0.3 })
  expect(roles.role('task_writer')).toBeNull()
  expect(server.requests.map(({ temperature, model: asked }) => [asked, temperature])).toEqual([
    ['k2', 0],
    ['k2', 1],
    ['k2', 0.3],
    ['other', 0.3],
  ])
  expect(new Set(server.keys)).toEqual(new Set(['Bearer secret']))
  expect(roles.usage().map(({ model: used, answers, cost }) => [used, answers, cost])).toEqual([
    ['k2', 3, 0.00036],
    ['other', 1, 0.00012],
  ])
})

test('what one piece of work costs is told beside the whole account', async () => {
  await using server = await scriptedEndpoint(() => says('Hi'))
  const model = { base_url: server.baseUrl, model: 'k2' }
  const prices = { input: 1, output: 2 }
  const roles = openRoles(read({ judge: { ...model, prices }, user: model }), {})
  const told: AnswerCost[] = []
  const { role } = roles.metered((cost) => told.push(cost))
  expect(role('assistant')).toBeNull()
  await role('judge')!.complete({ messages })
  await roles.role('judge')!.complete({ messages })
  await role('user')!.complete({ messages })
  const tokens = { promptTokens: 100, completionTokens: 10 }
  expect(told).toEqual([
    { ...tokens, cost: 0.00012 },
    { ...tokens, cost: 0 },
  ])
  expect(roles.usage().map(({ answers, cost }) => [answers, cost])).toEqual(
    expect.arrayContaining([
      [2, 0.00024],
      [1, null],
    ]),
  )
})

test.each([
  [{ jugde: 'procedural' }, 'unknown key "jugde"; did you mean "judge"?'],
  [{ judge: 'human' }, 'judge'],
  [{ judge: { base_url: 'localhost:8000', model: 'm' } }, 'judge.base_url'],
  [{ judge: { base_url: 'http://x/v1' } }, 'judge.model: missing, expected a string'],
  [
    { judge: { base_url: 'http://x/v1', model: 'm', api_key: 'k' } },
    'unknown key "judge.api_key"; did you mean "api_key_env"?',
  ],
  [
    { judge: { base_url: 'http://x/v1', model: 'm', prices: { input: -1, output: 0 } } },
    'judge.prices.input',
  ],
  [{ judge: { base_url: 'http://x/v1', model: 'm', timeout_seconds: 900 } }, 'judge.timeout_seconds'],
])('%j is refused', (input, message) => {
  expect(() => read(input)).toThrow('synth.json: roles')
  expect(() => read(input)).toThrow(message)
})

test('a key that is not there is told before anything is sent', () => {
  const config = read({
    judge: { base_url: 'http://127.0.0.1:9/v1', model: 'm', api_key_env: 'TEACHER_KEY' },
  })
  expect(() => openRoles(config, {})).toThrow(
    'roles.judge.api_key_env: the environment variable TEACHER_KEY is not set; set it to the key of http://127.0.0.1:9/v1',
  )
})

test('every model is probed once, and who does not answer is named with its roles', async () => {
  await using good = await scriptedEndpoint(() => says('ready'))
  await using bad = await scriptedEndpoint(() => refuses(404, 'no such model'))
  const answers = { base_url: good.baseUrl, model: 'k2', temperature: 1 }
  await probeRoles(openRoles(read({ judge: answers, user: { ...answers, temperature: 0 } }), {}))
  expect(good.requests).toHaveLength(1)
  const refuses404 = { base_url: bad.baseUrl, model: 'k3' }
  const closed = { base_url: 'http://127.0.0.1:9/v1', model: 'm', retries: 0 }
  const config = read({ user: answers, assistant: refuses404, judge: refuses404, rephraser: closed })
  const error = await probeRoles(openRoles(config, {})).catch((thrown: Error) => thrown)
  expect((error as Error).message).toMatch(/^no work was begun, since not every role answers:\n/)
  expect((error as Error).message).toContain('\n  assistant, judge (k3): http://127.0.0.1:')
  expect((error as Error).message).toMatch(
    /\n {2}rephraser \(m\): http:\/\/127\.0\.0\.1:9\/v1: cannot be reached/,
  )
  expect((error as Error).message).not.toContain('user')
})
