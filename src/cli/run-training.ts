import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runFiles } from '../checkpoint/run-directory.ts'
import { productRate } from '../engine/product-rate.ts'
import { readJson, writeJson } from '../files/json-file.ts'
import { aloneGroup, joinGroup, type ProcessGroup } from '../files/process-group.ts'
import { isPresetName, presets } from '../nn/presets.ts'
import type { ConfigOverride } from '../train/config-override.ts'
import { meshSize } from '../train/engine-contradictions.ts'
import { loadRunConfig } from '../train/load-run-config.ts'
import { provenance } from '../train/provenance.ts'
import { provenanceKey, resolveRunConfig } from '../train/resolve-run-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { UserError } from '../user-error.ts'
import type { Distributed } from './distributed-options.ts'
import { onInterrupt } from './interruption.ts'
import { openEngine } from './open-engine.ts'
import { summarise } from './summarise.ts'
import { prepareTogether, trainWithProgress } from './train-with-progress.ts'

/** Tokenised corpora are kept here, below the working directory, for all runs. */
const cacheDirectory = join('.tsukimi', 'shards')

export interface TrainingRequest {
  /** Preset or config file; null is `nano`, or with `resume` the run's own. */
  readonly target: string | undefined
  readonly overrides: readonly ConfigOverride[]
  readonly runDir: string
  readonly resume: boolean
  /** How the user called, for the report. */
  readonly command: string
  /** This process's place, where several train together. */
  readonly distributed?: Distributed
}

const differingKeys = (a: object, b: object): string[] =>
  Object.keys(a).filter(
    (key) => JSON.stringify(a[key as keyof typeof a]) !== JSON.stringify(b[key as keyof typeof b]),
  )

/** The saved config with the command line's changes. The model must stay what its weights are. */
async function resumedConfig({ target, overrides, runDir }: TrainingRequest): Promise<RunConfig> {
  const path = runFiles(runDir).config
  if (!existsSync(path))
    throw new UserError(`${runDir}: no run to resume here (no config.json); leave out --resume to begin one`)
  const content = await readJson(path)
  const saved = resolveRunConfig({ file: { path, content } })
  const config = resolveRunConfig({ file: { path, content }, overrides })
  const asked =
    target === undefined
      ? config.model
      : isPresetName(target)
        ? { ...presets[target], ...modelChanges(overrides) }
        : (await loadRunConfig(target, overrides)).model
  const differ = differingKeys(saved.model, asked)
  if (differ.length > 0)
    throw new UserError(
      `${runDir} was begun with another model: ${differ.map((key) => `${key} is ${show(saved.model, key)}, asked for ${show(asked, key)}`).join('; ')}. ` +
        'Resume with the same model, or begin another run with --out',
    )
  return config
}

const show = (model: object, key: string): string => JSON.stringify(model[key as keyof typeof model])

const modelChanges = (overrides: readonly ConfigOverride[]): Record<string, unknown> =>
  Object.fromEntries(
    overrides
      .filter(({ path }) => path[0] === 'model' && path.length === 2)
      .map(({ path, value }) => [path[1]!, value]),
  )

async function configOf(request: TrainingRequest): Promise<RunConfig> {
  if (request.resume) return resumedConfig(request)
  if (existsSync(runFiles(request.runDir).config))
    throw new UserError(
      `${request.runDir} holds a run already: go on with --resume, or choose another directory with --out`,
    )
  return loadRunConfig(request.target, request.overrides)
}

/** The config of all processes is that of process 0, which alone looks whether there is a run already. */
async function sharedConfig(request: TrainingRequest, group: ProcessGroup): Promise<RunConfig> {
  const what = 'the config'
  if (group.id === 0) {
    const config = await configOf(request)
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
}

async function runIn(group: ProcessGroup, request: TrainingRequest): Promise<boolean> {
  const { runDir } = request
  const config = await sharedConfig(request, group)
  checkShares(config, group)
  const origin = await provenance()
  const startedAt = new Date()
  using engine = await openEngine(config.engine, request.distributed, meshSize(config.mesh))
  using interruption = onInterrupt(
    'Interrupted: finishing the step and writing a checkpoint (press again to stop at once)',
  )
  await mkdir(runDir, { recursive: true })
  using data = await unlessAborted(
    interruption.signal,
    prepareTogether(group, config, runDir, cacheDirectory, interruption.signal),
  )
  if (data === null || interruption.signal.aborted) {
    group.fail('it was interrupted')
    process.stderr.write('Stopped before the first step.\n')
    return false
  }
  const first = group.id === 0
  if (first) await writeJson(runFiles(runDir).config, { ...config, [provenanceKey]: origin })
  const rate = first ? await productRate(engine, config.engine.precision === 'bf16' ? 'bf16' : 'f32') : 0
  const trainingStarted = performance.now()
  const { signal } = interruption
  const result = await trainWithProgress(config, runDir, engine, data, request.resume, signal, group)
  const end = 'the end of the run'
  if (!result.finished) {
    await group.exchange(end)
    if (!first) return false
    process.stderr.write(
      `Stopped after step ${result.steps}. Go on with: tsukimi pretrain --resume --out ${runDir}\n`,
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
