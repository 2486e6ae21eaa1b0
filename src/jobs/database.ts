import type { Db } from 'pg-boss'

/** Postgres, embedded or a server, as the queue and our tables use it. */
export interface Database extends Db, AsyncDisposable {
  readonly backend: 'pglite' | 'postgres'
  /** What to call it in messages, without its password. */
  readonly name: string
  /** Runs statements all or none, and once; where the connection is lost between, what calls them is called again. */
  transaction<T>(statements: (db: Db) => Promise<T>): Promise<T>
}
