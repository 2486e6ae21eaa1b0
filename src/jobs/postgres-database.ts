import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Db } from 'pg-boss'
import { UserError } from '../user-error.ts'
import type { Database } from './database.ts'

export interface PostgresOptions {
  /** Seconds for which a server that has gone is waited for. */
  readonly patience?: number
}

/** Codes of Postgres and of sockets that say: not now, maybe later. */
const connectionCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
  // connection exceptions; too many connections; shut down, crashed, starting up
  ...['08000', '08001', '08003', '08004', '08006', '53300', '57P01', '57P02', '57P03'],
])
const connectionMessages = /connection terminated|connection error|timeout exceeded when trying|read timeout/i

/** Longest pause between two attempts to reach the server, in milliseconds. */
const longestPause = 2000

export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: string }
  return connectionCodes.has(code ?? '') || connectionMessages.test(error.message)
}

/**
 * A Postgres server. A server that goes is waited for and what was asked is asked again.
 *
 * @throws UserError where it cannot be reached, or does not let us in
 */
export async function openPostgres(url: string, { patience = 120 }: PostgresOptions = {}): Promise<Database> {
  const name = nameOf(url)
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5000,
    query_timeout: 60_000,
    keepAlive: true,
    // A connection that was lost unseen must not hold a transaction open for hours.
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'tsukimi',
  })
  // An idle connection that breaks is replaced by the next who asks.
  pool.on('error', () => {})
  const again = <T>(attempt: () => Promise<T>, seconds = patience): Promise<T> =>
    reaching(name, seconds, attempt)
  try {
    await again(() => pool.query('SELECT 1'), Math.min(patience, 3))
  } catch (error) {
    await pool.end()
    throw error instanceof UserError
      ? error
      : new UserError(`${name}: ${(error as Error).message}; check DATABASE_URL`, { cause: error })
  }
  return {
    backend: 'postgres',
    name,
    executeSql: (text, values) => again(() => statement(pool, text, values)),
    transaction: (statements) => {
      const attempt = transaction(pool, statements)
      return again(attempt)
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

async function reaching<T>(name: string, seconds: number, attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + seconds * 1000
  for (let pause = 50; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isConnectionError(error)) throw error
      if (performance.now() > until) {
        const { code, message } = error as { code?: string; message: string }
        throw new UserError(
          `${name} cannot be reached for ${seconds} s (${code ?? message}); start Postgres, or check DATABASE_URL`,
          { cause: error },
        )
      }
      await sleep(pause)
    }
  }
}

type Rows = Awaited<ReturnType<Db['executeSql']>>

/** Several statements in one text give a list of results; their rows are one list here. */
const rowsOf = (result: Rows | readonly Rows[]): Rows =>
  Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows ?? []) } : (result as Rows)

/** A connection on which anything has failed is not used again: it may be within a transaction. */
async function withClient<T>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  const hear = (): void => {
    broken = true
  }
  client.on('error', hear)
  try {
    return await use(client)
  } catch (error) {
    broken = true
    throw error
  } finally {
    client.off('error', hear)
    client.release(broken)
  }
}

const statement = (pool: pg.Pool, text: string, values?: unknown[]): Promise<Rows> =>
  withClient(pool, async (client) => rowsOf(await client.query(text, values)))

/**
 * A transaction that may be tried until it does not throw. Where a connection is lost while it commits, the next try
 * first asks the server whether it did.
 */
function transaction<T>(pool: pg.Pool, statements: (db: Db) => Promise<T>): () => Promise<T> {
  let unsure: { readonly id: string; readonly result: T } | undefined
  return () =>
    withClient(pool, async (client) => {
      if (unsure !== undefined && (await hasCommitted(client, unsure.id))) return unsure.result
      const begun = rowsOf(await client.query('BEGIN; SELECT pg_current_xact_id()::text AS id'))
      const [{ id }] = begun.rows as [{ id: string }]
      const result = await statements({
        executeSql: async (text, values) => rowsOf(await client.query(text, values)),
      })
      unsure = { id, result }
      await client.query('COMMIT')
      return result
    })
}

/** @throws a connection error, so that it is asked again, while the server is still at the transaction */
async function hasCommitted(client: pg.PoolClient, id: string): Promise<boolean> {
  const { rows } = await client.query<{ status: string }>('SELECT pg_xact_status($1::xid8) AS status', [id])
  if (rows[0]?.status === 'in progress') throw new Error('connection error: a transaction has not ended')
  return rows[0]?.status === 'committed'
}

function nameOf(url: string): string {
  if (!URL.canParse(url)) throw new UserError(`DATABASE_URL: expected postgres://user@host:port/database`)
  const { hostname, port, pathname, searchParams } = new URL(url)
  return `Postgres at ${searchParams.get('host') ?? (hostname || 'localhost')}:${port || 5432}${pathname}`
}
