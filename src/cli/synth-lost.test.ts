import { mkdtempSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { refuses, says, scriptedEndpoint } from '../roles/scripted-endpoint.fixture.ts'
import { synthCommand } from './commands/synth.ts'

const directory = mkdtempSync(join(tmpdir(), 'synth-lost-'))
vi.stubEnv('DATABASE_URL', '')
vi.spyOn(process.stdout, 'write').mockReturnValue(true)
afterAll(async () => {
  process.exitCode = undefined
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
}, 120_000)

test('where most units are lost, later stages are not begun and the command fails', {
  timeout: 120_000,
}, async () => {
  const run = join(directory, 'run')
  let answered = 0
  await using endpoint = await scriptedEndpoint(({ messages }) => {
    const isProbe = messages.at(-1)!.content.includes('"ready"')
    return isProbe || answered++ < 5 ? says('I cannot do that.') : refuses(400, 'no such model')
  })
  const roles = join(directory, 'roles.json')
  const assistant = { base_url: endpoint.baseUrl, model: 'm', retries: 0, max_concurrency: 1 }
  await writeFile(roles, JSON.stringify({ assistant }))
  const sizes = ['--tools', '60', '--agents', '3', '--tasks', '12', '--code-share', '0']
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const args = ['all', '--run', run, '--roles', roles, '--concurrency', '1', ...sizes]
  await synthCommand().parseAsync(args, { from: 'user' })
  const stderr = said.mock.calls.join('')
  expect(stderr).toMatch(/\d+ of \d+ units of trajectories were lost, so the stages after it are not begun/)
  expect(stderr).toMatch(/units were lost \(\d+ in trajectories\); the same command tries them again/)
  expect(process.exitCode).toBe(1)
  expect(await readdir(run)).not.toContain('kept.jsonl')
})
