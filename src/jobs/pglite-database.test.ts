import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openJobs } from './open-jobs.ts'
import type { Stage } from './stage.ts'

const directory = mkdtempSync(join(tmpdir(), 'pglite-database-'))
const path = join(directory, '.jobs', 'db')
const open = () => openJobs({ directory, databaseUrl: '', store: join(directory, 'store') })

let ran = 0
const stage: Stage<number, number> = {
  name: 'double',
  version: '1',
  async run(n) {
    ran++
    return 2 * n
  },
}
async function results(): Promise<unknown[]> {
  await using jobs = await open()
  const given = await Array.fromAsync(jobs.run(stage, [1, 2]))
  return given.map((result) => result.ok && result.value)
}

beforeAll(results, 120_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it.each<readonly [string, () => void]>([
  [
    'tables cut short',
    () => {
      const base = join(path, 'base', '5')
      // Those that are ours, not the system's.
      for (const file of readdirSync(base))
        if (/^\d+$/.test(file) && Number(file) >= 16384) truncateSync(join(base, file), 10)
    },
  ],
  ['a control file cut short', () => truncateSync(join(path, 'global', 'pg_control'), 100)],
  ['another version', () => writeFileSync(join(path, 'PG_VERSION'), '13\n')],
])('a database with %s says so, and what its removal costs is told truly', async (_, damage) => {
  damage()
  const message = `${path}: this embedded database is damaged, or was made by another version of PGlite; `
  await expect(open()).rejects.toMatchObject({
    name: 'DamagedDatabase',
    message: expect.stringContaining(message),
  })
  rmSync(path, { recursive: true })
  const [before, objects] = [ran, readdirSync(join(directory, 'store', 'objects'))]
  expect(await results()).toEqual([2, 4])
  expect(ran).toBe(before + 2)
  expect(readdirSync(join(directory, 'store', 'objects'))).toEqual(objects)
})
