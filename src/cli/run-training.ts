import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runFiles } from '../checkpoint/run-directory.ts'
import { productRate } from '../engine/product-rate.ts'
import { writeJson } from '../files/json-file.ts'
import { aloneGroup, joinGroup, type ProcessGroup } from '../files/process-group.ts'
import { meshSize } from '../train/engine-contradictions.ts'
import { provenance } from '../train/provenance.ts'
import { provenanceKey, resolveRunConfig } from '../train/resolve-run-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { UserError } from '../user-error.ts'
import type { Distributed } from './distributed-options.ts'
import { onInterrupt } from './interruption.ts'
import { grouped } from './number-format.ts'
import { openEngine } from './open-engine.ts'
import { type CompleteConfig, prepareTogether } from './prepare-run.ts'
import { shardCache } from './shard-cache.ts'
import { summarise } from './summarise.ts'
import { trainWithProgress } from './train-with-progress.ts'

/** What a user is told who stops a run. */
export const interruptedTraining =
  'Interrupted: finishing the step and writing a checkpoint (press again to stop at once)'

export interface TrainingRequest {
  /** The command that goes on with it. */
  readonly name: 'pretrain' | 'sft'
  /** The config, found by the process that begins the run. */
  readonly config: () => Promise<RunConfig>
  readonly complete?: CompleteConfig
  readonly runDir: string
  readonly resume: boolean
  /** The command that goes on with it, where that is another. */
  readonly resumeWith?: string
  /** How the user called, for the report. */
  readonly command: string
  /** Stops it, where the caller listens for Ctrl-C. */
  readonly signal?: AbortSignal
  /** This process's place, where several train together. */
  readonly distributed?: Distributed
}

/** The config of all processes is that of process 0, which alone looks whether there is a run already. */
async function sharedConfig(request: TrainingRequest, group: ProcessGroup): Promise<RunConfig> {
  const what = 'the config'
  if (group.id === 0) {
    const config = await request.config()
    await group.exchange(what, JSON.stringify(config))
    return config
  }
  const [text] = await group.exchange(what)
  return resolveRunConfig({ file: { path: "process 0's config", content: JSON.parse(text!) as unknown } })
}

/** Null instead of the error that an abort throws. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

/**
 * Trains a run from its config to its summary: text, tokenizer, steps, checkpoints, evaluation, samples.
 *
 * @returns whether it is finished; false when Ctrl-C stopped it after a checkpoint
 */
export async function runTraining(request: TrainingRequest): Promise<boolean> {
  const { distributed, runDir } = request
  if (distributed === undefined) return runIn(aloneGroup(), request)
  await mkdir(runDir, { recursive: true })
  const { processId: id, processCount: count } = distributed
  const group = await joinGroup(join(runDir, '.processes'), { id, count })
  try {
    return await runIn(group, request)
  } catch (error) {
    group.fail(error instanceof Error ? error.message : String(error))
    throw error
  }
}

function checkShares(config: RunConfig, { count }: ProcessGroup): void {
  const devices = meshSize(config.mesh)
  if (devices % count !== 0)
    throw new UserError(
      `--processes ${count}: the mesh has ${devices} devices, which do not divide among them; give --devices, or mesh.expert and mesh.tensor`,
    )
  if (count > 1 && config.tasks.path !== null)
    throw new UserError(
      `--tasks: a model whose weights are spread over ${count} processes cannot try tasks; leave it out, or train in one process`,
    )
}

async function runIn(group: ProcessGroup, request: TrainingRequest): Promise<boolean> {
  const { runDir } = request
  const draft = await sharedConfig(request, group)
  checkShares(draft, group)
  const origin = await provenance()
  const startedAt = new Date()
  using engine = await openEngine(draft.engine, request.distributed, meshSize(draft.mesh))
  using interruption = request.signal === undefined ? onInterrupt(interruptedTraining) : undefined
  await mkdir(runDir, { recursive: true })
  const { complete = (config) => config } = request
  const signal = request.signal ?? interruption!.signal
  let failed = 0
  const onFailed = (trajectories: number): void => void (failed = trajectories)
  using run = await unlessAborted(
    signal,
    prepareTogether(group, draft, complete, { runDir, cacheDirectory: shardCache, signal, onFailed }),
  )
  if (run === null || signal.aborted) {
    group.fail('it was interrupted')
    process.stderr.write('Stopped before the first step.\n')
    return false
  }
  const { config } = run
  const first = group.id === 0
  if (first && failed > 0)
    process.stderr.write(
      `${grouped(failed)} trajectories that failed were left out (--set chat.failed=learn learns them too)\n`,
    )
  if (first) await writeJson(runFiles(runDir).config, { ...config, [provenanceKey]: origin })
  const rate = first ? await productRate(engine, config.engine.precision === 'bf16' ? 'bf16' : 'f32') : 0
  const trainingStarted = performance.now()
  const result = await trainWithProgress(run, runDir, engine, request.resume, signal, group)
  const end = 'the end of the run'
  if (!result.finished) {
    await group.exchange(end)
    if (!first) return false
    process.stderr.write(
      `Stopped after step ${result.steps}. Go on with: ${request.resumeWith ?? `tsukimi ${request.name} --resume --out ${runDir}`}\n`,
    )
    return false
  }
  if (!first) {
    // The engine of process 0, which still writes samples, may want to know that this process lives.
    await group.exchange(end)
    return true
  }
  const trainingSeconds = (performance.now() - trainingStarted) / 1000
  await summarise({
    config,
    runDir,
    engine,
    result,
    origin,
    startedAt,
    trainingSeconds,
    productRate: rate * meshSize(config.mesh),
    command: request.command,
  })
  await group.exchange(end)
  return true
}
