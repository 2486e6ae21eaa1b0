import type { Db } from 'pg-boss'
import type { Database } from './database.ts'
import type { DeadUnit, JobCost, StageStatus } from './stage.ts'

/** A unit that has come to its end, done or dead, with digests of its input and output. */
export interface EndedUnit {
  readonly key: string
  readonly queue: string
  readonly input: string
  readonly attempts: number
  readonly cost: JobCost
  readonly end: { readonly output: string } | { readonly error: string }
}

/** What attempts, ended well or not, have cost. */
export interface Spent {
  readonly attempts: number
  readonly cost: JobCost
}

/** Our tables beside the queue: the units that have ended, and what each stage has cost. */
export interface UnitTable {
  ensure(queue: string, stage: string, version: string): Promise<void>
  find(keys: readonly string[]): Promise<ReadonlyMap<string, EndedUnit>>
  /**
   * Writes units down, except those that are down already: the first result stays, a result replaces a death.
   *
   * @returns the keys of those written
   */
  add(queue: string, units: readonly EndedUnit[], spent: Spent, db: Db): Promise<ReadonlySet<string>>
  /** Forgets a unit whose output is lost. */
  forget(key: string, output: string): Promise<void>
  /** Forgets those of these units that are dead. */
  forgetDead(keys: readonly string[]): Promise<void>
  status(): Promise<readonly StageStatus[]>
  dead(): Promise<readonly DeadUnit[]>
  /** Takes dead units out. */
  takeDead(db: Db): Promise<readonly { key: string; queue: string; input: string }[]>
}

const definition = (schema: string): string => `
  SELECT pg_advisory_xact_lock(hashtext('${schema}'));
  CREATE TABLE IF NOT EXISTS ${schema}.unit (
    key text PRIMARY KEY, queue text NOT NULL, input text NOT NULL, output text, error text,
    attempts int NOT NULL, prompt_tokens bigint NOT NULL, completion_tokens bigint NOT NULL,
    requests bigint NOT NULL, usd float8 NOT NULL, ended_on timestamptz NOT NULL DEFAULT now(),
    CHECK ((output IS NULL) <> (error IS NULL)));
  CREATE TABLE IF NOT EXISTS ${schema}.stage (
    queue text PRIMARY KEY, stage text NOT NULL, version text NOT NULL, since timestamptz NOT NULL DEFAULT now(),
    attempts bigint NOT NULL DEFAULT 0, prompt_tokens bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0, requests bigint NOT NULL DEFAULT 0, usd float8 NOT NULL DEFAULT 0)`

const costColumns = `prompt_tokens::float8 AS "promptTokens", completion_tokens::float8 AS "completionTokens",
  requests::float8 AS requests, usd`

const insertion = (schema: string): string => `
  INSERT INTO ${schema}.unit
    (key, queue, input, output, error, attempts, prompt_tokens, completion_tokens, requests, usd)
  SELECT key, $2, input, output, error, attempts, "promptTokens", "completionTokens", requests, usd
  FROM json_to_recordset($1::text::json) AS x (key text, input text, output text, error text, attempts int,
    "promptTokens" bigint, "completionTokens" bigint, requests bigint, usd float8)
  ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    output = excluded.output, error = NULL, attempts = excluded.attempts, ended_on = now(),
    prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,
    requests = excluded.requests, usd = excluded.usd
  WHERE unit.output IS NULL AND excluded.output IS NOT NULL
  RETURNING key`

const spending = (schema: string): string => `
  UPDATE ${schema}.stage SET attempts = attempts + $2::bigint, prompt_tokens = prompt_tokens + $3::bigint,
    completion_tokens = completion_tokens + $4::bigint, requests = requests + $5::bigint, usd = usd + $6::float8
  WHERE queue = $1`

const statusOf = (schema: string): string => `
  SELECT stage, version, sum(COALESCE(queued, 0))::float8 AS queued, sum(COALESCE(active, 0))::float8 AS active,
    sum(COALESCE(done, 0))::float8 AS done, sum(COALESCE(dead, 0))::float8 AS dead, sum(attempts)::float8 AS attempts,
    sum(COALESCE(recent, 0))::float8 / 60 AS rate, sum(prompt_tokens)::float8 AS "promptTokens",
    sum(completion_tokens)::float8 AS "completionTokens", sum(requests)::float8 AS requests, sum(usd) AS usd
  FROM ${schema}.stage
  LEFT JOIN (SELECT name AS queue, count(*) FILTER (WHERE state < 'active') AS queued,
      count(*) FILTER (WHERE state = 'active') AS active
    FROM ${schema}.job GROUP BY name) waiting USING (queue)
  LEFT JOIN (SELECT queue, count(output) AS done, count(error) AS dead,
      count(output) FILTER (WHERE ended_on > now() - interval '1 minute') AS recent
    FROM ${schema}.unit GROUP BY queue) ended USING (queue)
  GROUP BY stage, version ORDER BY min(since), stage, version`

type Row = JobCost & {
  readonly key: string
  readonly queue: string
  readonly input: string
  readonly output: string | null
  readonly error: string | null
  readonly attempts: number
}

const costOf = ({ promptTokens, completionTokens, requests, usd }: JobCost): JobCost => ({
  promptTokens,
  completionTokens,
  requests,
  usd,
})

const endedUnit = (row: Row): EndedUnit => ({
  key: row.key,
  queue: row.queue,
  input: row.input,
  attempts: row.attempts,
  cost: costOf(row),
  end: row.output === null ? { error: row.error ?? '' } : { output: row.output },
})

export async function openUnitTable(database: Database, schema: string): Promise<UnitTable> {
  await database.executeSql(`BEGIN; ${definition(schema)}; COMMIT`)
  const rows = async <T>(text: string, values: unknown[] = [], db: Db = database): Promise<T[]> =>
    (await db.executeSql(text, values)).rows as T[]

  return {
    async ensure(queue, stage, version) {
      await rows(
        `INSERT INTO ${schema}.stage (queue, stage, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [queue, stage, version],
      )
    },
    async find(keys) {
      const found = await rows<Row>(
        `SELECT key, queue, input, output, error, attempts, ${costColumns} FROM ${schema}.unit WHERE key = ANY($1)`,
        [keys],
      )
      return new Map(found.map((row) => [row.key, endedUnit(row)]))
    },
    async add(queue, units, { attempts, cost }, db) {
      const { promptTokens, completionTokens, requests, usd } = cost
      const totals = [queue, attempts, promptTokens, completionTokens, requests, usd]
      await rows(spending(schema), totals, db)
      if (units.length === 0) return new Set()
      const records = units.map(({ key, input, attempts, cost, end }) => ({
        ...{ key, input, attempts, ...cost, ...end },
      }))
      const written = await rows<{ key: string }>(insertion(schema), [JSON.stringify(records), queue], db)
      return new Set(written.map(({ key }) => key))
    },
    async forget(key, output) {
      await rows(`DELETE FROM ${schema}.unit WHERE key = $1 AND output = $2`, [key, output])
    },
    async forgetDead(keys) {
      await rows(`DELETE FROM ${schema}.unit WHERE key = ANY($1) AND error IS NOT NULL`, [keys])
    },
    async status() {
      const found = await rows<JobCost & Omit<StageStatus, 'cost'>>(statusOf(schema))
      return found.map(({ stage, version, queued, active, done, dead, attempts, rate, ...cost }) => ({
        ...{ stage, version, queued, active, done, dead, attempts, cost: costOf(cost), rate },
      }))
    },
    dead: () =>
      rows<DeadUnit>(
        `SELECT stage, version, key, unit.attempts, error FROM ${schema}.unit JOIN ${schema}.stage USING (queue)
         WHERE error IS NOT NULL ORDER BY stage, version, ended_on, key`,
      ),
    takeDead: (db) =>
      rows(`DELETE FROM ${schema}.unit WHERE error IS NOT NULL RETURNING key, queue, input`, [], db),
  }
}
