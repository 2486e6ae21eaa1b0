import { createConversationBatches } from '../data/conversation-batches.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { ProcessGroup } from '../files/process-group.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { conversationData } from '../train/conversation-data.ts'
import { createPairAccuracy } from '../train/pair-accuracy.ts'
import { prepareConversations } from '../train/prepare-conversations.ts'
import { type PrepareEvent, type PrepareOptions, prepareData } from '../train/prepare-data.ts'
import { resolveRunConfig } from '../train/resolve-run-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { type EvaluationExtent, type TrainingData, textData } from '../train/training-data.ts'
import { type EvaluationTasks, readEvaluationTasks } from './evaluation-tasks.ts'
import { grouped } from './number-format.ts'
import { type Progress, startProgress } from './progress.ts'
import { triedTasks } from './task-success.ts'

/** Shares besides the loss, of weights that stay on the engine. */
export interface TaskEvaluation extends Disposable {
  /** Nothing where the signal aborts it. */
  score(
    params: readonly DeviceBuffer[],
    extent: EvaluationExtent,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, number>>>
}

/** A run's data, whatever its objective. */
export interface PreparedRun extends Disposable {
  readonly tokenizerDirectory: string
  /** UTF-8 bytes of a token that is learned, on average. */
  readonly bytesPerToken: number
  /** What it holds, for people. */
  readonly description: string
  readonly badInputs: number
  /** Rows of so many epochs of conversations. */
  readonly rowsOf?: (config: RunConfig, epochs: number) => number
  readonly training: (config: RunConfig) => TrainingData
  readonly evaluateTasks?: (engine: Engine, config: RunConfig) => Promise<TaskEvaluation>
}

async function prepareText(config: RunConfig, options: PrepareOptions): Promise<PreparedRun> {
  const data = await prepareData(config, options)
  const tokens = data.train.reduce((sum, { stream }) => sum + stream.tokenCount, 0)
  return {
    tokenizerDirectory: data.tokenizerDirectory,
    bytesPerToken: data.bytesPerToken,
    description: `text: ${grouped(tokens)} training tokens of ${data.bytesPerToken.toFixed(2)} bytes, ${grouped(data.heldOut.tokenCount)} held out`,
    badInputs: data.badInputs.length,
    training: (config) => textData(config, data.train, data.heldOut),
    [Symbol.dispose]: () => data[Symbol.dispose](),
  }
}

const solving =
  (tokenizer: Tokenizer, { tasks }: EvaluationTasks) =>
  async (engine: Engine, config: RunConfig): Promise<TaskEvaluation> => ({
    score: (params, _, signal) => triedTasks({ engine, config, tokenizer, tasks, signal }, params),
    [Symbol.dispose]: () => undefined,
  })

const taskWords = ({ tasks, leftOut }: EvaluationTasks): string =>
  `; tried on ${grouped(tasks.length)} ${tasks.length === 1 ? 'task' : 'tasks'}${leftOut === 0 ? '' : ` (${grouped(leftOut)} that need a sandbox are left out)`}`

const prepareChats =
  (objective: 'sft' | 'preference') =>
  async (config: RunConfig, options: PrepareOptions): Promise<PreparedRun> => {
    const { path, count: taskCount } = config.tasks
    const tried = path === null ? null : await readEvaluationTasks(path, taskCount)
    const data = await prepareConversations({ ...config, objective }, options)
    const { sources, heldOut, tokens, learned, tooLong } = data
    const count = sources.reduce((sum, { documents }) => sum + documents.documentCount, 0)
    const left = tooLong === 0 ? '' : `; ${grouped(tooLong)} longer than a sequence were left out`
    return {
      tokenizerDirectory: data.tokenizerDirectory,
      bytesPerToken: data.bytesPerToken,
      description: `conversations: ${grouped(count)} of ${grouped(tokens)} tokens, ${grouped(learned)} of them learned; ${grouped(heldOut.documentCount)} held out${left}${tried === null ? '' : taskWords(tried)}`,
      badInputs: data.badInputs.length,
      rowsOf: ({ batch, data: { sequenceLength }, seed }, epochs) =>
        createConversationBatches({
          sources,
          sequenceLength,
          batchSize: batch.sequences * batch.accumulation,
          seed,
        }).rowsOf(epochs),
      training: (config) => conversationData(config, sources, heldOut),
      ...(objective === 'preference' && {
        evaluateTasks: (engine: Engine, config: RunConfig) =>
          createPairAccuracy(engine, config, data.tokenizer, heldOut),
      }),
      ...(tried !== null && { evaluateTasks: solving(data.tokenizer, tried) }),
      [Symbol.dispose]: () => data[Symbol.dispose](),
    }
  }

const prepare: Readonly<
  Record<RunConfig['objective'], (config: RunConfig, options: PrepareOptions) => Promise<PreparedRun>>
> = { pretrain: prepareText, sft: prepareChats('sft'), preference: prepareChats('preference') }

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Prepares a run's data, showing how far it is. */
export async function prepareWithProgress(config: RunConfig, options: PrepareOptions): Promise<PreparedRun> {
  let progress: Progress | null = null
  let shown: PrepareEvent['kind'] | null = null
  const onEvent = (event: PrepareEvent): void => {
    const total = event.kind === 'tokenizer' ? event.total : event.progress.totalBytes
    if (total === undefined) return
    if (event.kind !== shown) {
      progress?.finish('tokenizer trained')
      progress = startProgress(event.kind === 'tokenizer' ? 'tokenizer' : 'tokenising', total)
      shown = event.kind
    }
    if (event.kind === 'tokenizer') progress?.update(event.done)
    else progress?.update(event.progress.bytes, `${grouped(event.progress.tokens)} tokens`)
  }
  const data = await prepare[config.objective](config, { ...options, onEvent })
  if (progress === null) say(data.description)
  else (progress as Progress).finish(data.description)
  if (data.badInputs > 0) say(`${data.badInputs} bad inputs were skipped`)
  return data
}

/** Completes a config by what its data hold. */
export type CompleteConfig = (config: RunConfig, rowsOf: (epochs: number) => number) => RunConfig

/** What a run is trained on, and how. */
export interface ReadyRun extends Disposable {
  readonly config: RunConfig
  readonly data: PreparedRun
  readonly training: TrainingData
}

function ready(config: RunConfig, data: PreparedRun): ReadyRun {
  return { config, data, training: data.training(config), [Symbol.dispose]: () => data[Symbol.dispose]() }
}

/**
 * Prepares a run's data: process 0 first, so that the others find it done.
 *
 * @returns the data, and the config, completed by process 0
 * @throws UserError for bad input, and where there is too little
 */
export async function prepareTogether(
  group: ProcessGroup,
  draft: RunConfig,
  complete: CompleteConfig,
  options: PrepareOptions,
): Promise<ReadyRun> {
  const done = 'the text is tokenised'
  if (group.id > 0) {
    const [text] = await group.exchange(done)
    const content = JSON.parse(text!) as unknown
    const config = resolveRunConfig({ file: { path: "process 0's config", content } })
    return ready(config, await prepare[config.objective](config, options))
  }
  const data = await prepareWithProgress(draft, options)
  try {
    const { rowsOf } = data
    const config = rowsOf ? complete(draft, (epochs) => rowsOf(draft, epochs)) : draft
    const run = ready(config, data)
    await group.exchange(done, JSON.stringify(config))
    return run
  } catch (error) {
    data[Symbol.dispose]()
    throw error
  }
}
