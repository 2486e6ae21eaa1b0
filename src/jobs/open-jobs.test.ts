import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { jobsDirectory, openJobs } from './open-jobs.ts'

const directory = mkdtempSync(join(tmpdir(), 'open-jobs-'))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

it('takes an empty TSUKIMI_STORE as not given', async () => {
  vi.stubEnv('TSUKIMI_STORE', '')
  // The store is opened before the database, which is refused here.
  await expect(openJobs({ directory, databaseUrl: 'nowhere' })).rejects.toThrow(/^DATABASE_URL: expected/)
  expect(existsSync(join(jobsDirectory(directory), 'store.json'))).toBe(true)
})
