import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newDatabase } from './new-database.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'new-database-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

/** What a table holds after one row more. */
async function added(path: string): Promise<unknown> {
  const database = await PGlite.create(path)
  try {
    await database.exec(
      'create table if not exists moons (name text); insert into moons values (now()::text)',
    )
    return (await database.query('select count(*)::int as count from moons')).rows
  } finally {
    await database.close()
  }
}

it('makes databases at once, each whole and for itself, and one to copy later ones from', async () => {
  const cache = join(directory, 'cache')
  vi.stubEnv('XDG_CACHE_HOME', cache)
  const paths = ['a', 'b'].map((name) => join(directory, name))
  await Promise.all(paths.map(newDatabase))
  expect(readdirSync(join(cache, 'tsukimi'))).toEqual([expect.stringMatching(/^pglite-\d+\.\d+\.\d+$/)])
  for (const path of [...paths, ...paths]) await newDatabase(path)
  expect(await added(paths[0]!)).toEqual([{ count: 1 }])
  expect(await added(paths[0]!)).toEqual([{ count: 2 }])
  expect(await added(paths[1]!)).toEqual([{ count: 1 }])
  const third = join(directory, 'c')
  await newDatabase(third)
  expect(await added(third)).toEqual([{ count: 1 }])
  expect(readdirSync(directory).sort()).toEqual(['a', 'b', 'c', 'cache'])
})

it('does without a cache that cannot be written to', async () => {
  vi.stubEnv('XDG_CACHE_HOME', '/dev/null')
  const path = join(directory, 'a')
  await newDatabase(path)
  expect(await added(path)).toEqual([{ count: 1 }])
})
