import pg from 'pg'
import { expect, it } from 'vitest'
import { postgresPrograms, startPostgres } from './postgres.fixture.ts'

const answers = async (connectionString: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query("SELECT current_setting('data_directory') AS at")).rows[0].at
  } finally {
    await client.end()
  }
}

it.skipIf(postgresPrograms() === undefined)(
  'servers side by side are several, and come back where they were',
  async () => {
    const servers = (await Promise.all([1, 2].map(() => startPostgres()))).map((server) => server!)
    try {
      const places = await Promise.all(servers.map(({ url }) => answers(url)))
      expect(new Set(places).size).toBe(2)
      for (const how of ['fast', 'crash'] as const) {
        await servers[0]!.stop(how)
        await expect(answers(servers[0]!.url)).rejects.toThrow('ECONNREFUSED')
        await servers[0]!.start()
        expect(await answers(servers[0]!.url)).toBe(places[0])
      }
    } finally {
      for (const server of servers) await server[Symbol.asyncDispose]()
    }
  },
)
