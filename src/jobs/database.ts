import type { Db } from 'pg-boss'

/** Postgres, embedded or a server, as the queue and our tables use it. */
export interface Database extends Db, AsyncDisposable {
  readonly backend: 'pglite' | 'postgres'
  /** What to call it in messages, without its password. */
  readonly name: string
  /** Runs statements all or none. They may run twice where the connection is lost between: they must not mind. */
  transaction<T>(statements: (db: Db) => Promise<T>): Promise<T>
}
