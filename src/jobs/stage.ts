/** What a stage may know of the run of one unit, and where it says what the unit cost. */
export interface StageContext {
  /** Aborted when the unit's time is over, its lease is lost or the process ends. */
  readonly signal: AbortSignal
  /** 1 for the first. */
  readonly attempt: number
  /** Adds to what the unit has cost; counted for failed attempts too. */
  account(cost: Partial<JobCost>): void
}

export interface JobCost {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly requests: number
  readonly usd: number
}

/**
 * One kind of work on many units. Input and output are JSON: the output that `run` of a pipeline sees has been
 * through JSON, whether it is fresh or from the store.
 */
export interface Stage<Input, Output> {
  /** Letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string
  /** Changes whenever the same input would give another output: units of other versions are other units. */
  readonly version: string
  /** What else every output depends on (prompt version, model, seed), as JSON: it is part of each unit's key. */
  readonly settings?: unknown
  /** Units that are worked on at once in one process; 4 where not given. */
  readonly concurrency?: number
  /** Attempts after which a unit is dead; 4 where not given. */
  readonly maxAttempts?: number
  /** Time of one attempt, in milliseconds; none where not given. */
  readonly timeoutMs?: number
  /** @throws PermanentFailure where another attempt could not end otherwise; any other error is tried again */
  run(input: Input, context: StageContext): Promise<Output>
}

export interface JobProgress {
  readonly done: number
  /** Known when the inputs are an array, or when the last one has been read. */
  readonly total?: number
  readonly failed: number
  /** Units being worked on in this process. */
  readonly active: number
  /** Of `done`, those that were in the store already. */
  readonly fromStore: number
  /** What this run has cost; what is in the store already costs nothing again. */
  readonly cost: JobCost
}

export type UnitResult<Input, Output> = { readonly key: string; readonly input: Input } & (
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly error: string; readonly attempts: number }
)

export interface RunOptions {
  /** Instead of the stage's own. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
  /** False: only other worker processes work. */
  readonly local?: boolean
  /** True: units among the inputs that died in an earlier run are tried anew, with all attempts before them. */
  readonly retryDead?: boolean
}

export interface StageStatus {
  readonly stage: string
  readonly version: string
  /** Waiting, those that wait for their next attempt included. */
  readonly queued: number
  readonly active: number
  readonly done: number
  readonly dead: number
  /** Attempts that ended, well or not. */
  readonly attempts: number
  readonly cost: JobCost
  /** Units done per second, over the last minute. */
  readonly rate: number
}

export interface DeadUnit {
  readonly stage: string
  readonly version: string
  readonly key: string
  readonly attempts: number
  readonly error: string
}

/** Any stage, as a registry of stages holds it. */
// biome-ignore lint/suspicious/noExplicitAny: stages of all inputs and outputs stand in one registry
export type AnyStage = Stage<any, any>

export interface WorkOptions {
  /** Units of each stage at once, instead of the stages' own. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onUnit?: (unit: { readonly stage: string; readonly key: string; readonly ok: boolean }) => void
}

/** Durable work: a queue, a table of what is done, a store of results. */
export interface Jobs extends AsyncDisposable {
  /** Which database this is, for messages. */
  readonly database: string
  /** Directory of the store. */
  readonly store: string
  /**
   * Runs a stage over inputs and gives the results in the inputs' order, whatever the concurrency. What is done
   * already comes from the store. A bounded window of inputs is in flight. A failed unit is given as not ok and stops
   * nothing.
   *
   * @throws UserError where the database or the store can be used no more; AbortError when `signal` aborts
   */
  run<I, O>(
    stage: Stage<I, O>,
    inputs: Iterable<I> | AsyncIterable<I>,
    options?: RunOptions,
  ): AsyncIterable<UnitResult<I, O>>
  /** Takes units of these stages that others have queued, until `signal` aborts. */
  work(stages: Iterable<AnyStage>, options?: WorkOptions): Promise<void>
  status(): Promise<readonly StageStatus[]>
  dead(): Promise<readonly DeadUnit[]>
  /** Puts dead units back into the queue, with all attempts before them; gives their number. */
  retryDead(): Promise<number>
}
