import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../user-error.ts'
import { breakingProxy } from './breaking-proxy.fixture.ts'
import { openJobs } from './open-jobs.ts'
import { startPostgres } from './postgres.fixture.ts'
import { openPostgres } from './postgres-database.ts'
import { openUnitTable } from './unit-table.ts'

const server = await startPostgres()
const directory = mkdtempSync(join(tmpdir(), 'postgres-database-'))
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await server?.[Symbol.asyncDispose]()
})

describe.skipIf(server === undefined)('a Postgres server', () => {
  const url = server?.url ?? ''

  it.each(['commit', 'acknowledgement'] as const)(
    'runs a transaction once whose %s is lost, and tells its result',
    async (which) => {
      await using proxy = await breakingProxy(url)
      await using database = await openPostgres(proxy.url)
      const schema = `lost_${which}`
      await database.executeSql(`CREATE SCHEMA ${schema}`)
      const table = await openUnitTable(database, schema)
      await table.ensure('q', 'solve', '1')
      const cost = { promptTokens: 7, completionTokens: 5, requests: 1, usd: 0.25 }
      const unit = { key: 'k', queue: 'q', input: 'i', attempts: 1, cost, end: { output: 'o' } }
      proxy.breakAt(which)
      const written = await database.transaction((db) => table.add('q', [unit], { attempts: 3, cost }, db))
      expect(proxy.broken()).toBe(1)
      expect([...written]).toEqual(['k'])
      const { rows } = await database.executeSql(`SELECT * FROM ${schema}.stage`)
      expect(rows).toMatchObject([{ attempts: '3', prompt_tokens: '7', usd: 0.25 }])
    },
  )

  it('tells a user who may make no schema what is missing', async () => {
    await using database = await openPostgres(url)
    await database.executeSql('CREATE ROLE guest LOGIN')
    const guest = url.replace('tsukimi@', 'guest@')
    const open = (): Promise<AsyncDisposable> => openJobs({ directory, databaseUrl: guest, store: directory })
    const refused = await open().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UserError)
    expect((refused as Error).message).toMatch(
      /^Postgres at 127.+\/postgres: permission denied for database postgres; .*GRANT CREATE ON DATABASE/,
    )
    // Of a schema that another user has made.
    await (await openJobs({ directory, databaseUrl: url, store: directory }))[Symbol.asyncDispose]()
    await database.executeSql('GRANT CREATE ON DATABASE postgres TO guest')
    await expect(open()).rejects.toThrow(/\/postgres: permission denied for schema tsukimi_\w+; .*same user/)
  })

  it('tells of a server that takes no changes', async () => {
    const standby = `${url}?options=-c%20default_transaction_read_only%3Don`
    await expect(openJobs({ directory: join(directory, 'other'), databaseUrl: standby })).rejects.toThrow(
      /\/postgres: cannot execute .* in a read-only transaction; .*primary server in DATABASE_URL/,
    )
  })
})
