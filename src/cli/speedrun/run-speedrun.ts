import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { taskResultsSchema } from '../../eval/task-results.ts'
import { readJson } from '../../files/json-file.ts'
import { parseAs } from '../../schema-error.ts'
import { withCountedSteps } from '../../train/fine-tuning-config.ts'
import { formatDuration } from '../duration.ts'
import { onInterrupt } from '../interruption.ts'
import { chosenEngine, type EngineOptions } from '../open-engine.ts'
import { pretrainingConfig } from '../pretraining-config.ts'
import { interruptedTraining, runTraining } from '../run-training.ts'
import { tuningConfig } from '../tuning-config.ts'
import { writeRunReport } from '../write-run-report.ts'
import { makeData } from './make-data.ts'
import { resultTable } from './result-table.ts'
import { type SpeedrunFiles, speedrunFiles } from './speedrun-files.ts'
import { conversationCount, evaluation, type StageOverrides, speedrunOverrides } from './speedrun-recipe.ts'
import { tryTasks } from './try-tasks.ts'

export interface SpeedrunRequest {
  readonly directory: string
  /** Tasks to make conversations of. */
  readonly conversations?: number | undefined
  /** Held-out tasks to try. */
  readonly tasks?: number | undefined
  readonly engine: EngineOptions
  /** The engine's options as changes to both configs. */
  readonly engineOverrides: StageOverrides['base']
  /** Changes to pre-training and to fine-tuning. */
  readonly set: StageOverrides
}

interface Speedrun {
  readonly files: SpeedrunFiles
  readonly request: SpeedrunRequest
  readonly signal: AbortSignal
}

const resumeCommand = ({ directory }: SpeedrunRequest): string =>
  `tsukimi speedrun --resume --out ${directory}`

const say = (line: string): void => void process.stderr.write(`${line}\n`)

const isFinished = (runDir: string): boolean => existsSync(join(runDir, 'summary.json'))
const isBegun = (runDir: string): boolean => existsSync(join(runDir, 'config.json'))

async function pretrain({ files, request, signal }: Speedrun): Promise<boolean> {
  if (isFinished(files.base)) return true
  const resume = isBegun(files.base)
  const overrides = speedrunOverrides(files, request.engineOverrides, request.set).base
  return runTraining({
    name: 'pretrain',
    config: () =>
      pretrainingConfig({
        target: resume ? undefined : 'nano',
        overrides: resume ? request.engineOverrides : overrides,
        runDir: files.base,
        resume,
      }),
    runDir: files.base,
    resume,
    resumeWith: resumeCommand(request),
    command: 'tsukimi speedrun',
    signal,
  })
}

async function fineTune({ files, request, signal }: Speedrun): Promise<boolean> {
  const { directory } = request
  if (isFinished(directory)) return true
  const resume = isBegun(directory)
  const overrides = speedrunOverrides(files, request.engineOverrides, request.set).sft
  return runTraining({
    name: 'sft',
    config: () =>
      tuningConfig({
        base: files.base,
        objective: 'sft',
        overrides: resume ? request.engineOverrides : overrides,
        runDir: directory,
        resume,
      }),
    complete: (config, rowsOf) => withCountedSteps(config, rowsOf, resume ? null : overrides),
    runDir: directory,
    resume,
    resumeWith: resumeCommand(request),
    command: 'tsukimi speedrun',
    signal,
  })
}

/** Whether work was done to its end, and not stopped by Ctrl-C. */
async function unlessInterrupted(signal: AbortSignal, work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (!signal.aborted) throw error
    return false
  }
}

async function makeAll({ files, request, signal }: Speedrun): Promise<boolean> {
  const { conversations = conversationCount, tasks = evaluation.tasks } = request
  return unlessInterrupted(signal, makeData(files, { conversations, tasks }, signal))
}

async function tryAll({ files, request: { directory, engine }, signal }: Speedrun): Promise<boolean> {
  if (existsSync(files.tasks)) return true
  return unlessInterrupted(signal, tryTasks(directory, files, chosenEngine(engine), signal))
}

/** A stage's name, what is said when it is interrupted, and its work, which says whether it was done to its end. */
type Stage = readonly [name: string, interrupted: string, run: (speedrun: Speedrun) => Promise<boolean>]

const stages: readonly Stage[] = [
  ['tasks, and conversations that solve them', 'Interrupted: nothing is trained yet', makeAll],
  ['pre-training on speeches', interruptedTraining, pretrain],
  ['fine-tuning on the conversations', interruptedTraining, fineTune],
  [
    'held-out tasks: names and wordings that were in no conversation',
    'Interrupted: the models are trained, the held-out tasks are tried anew',
    tryAll,
  ],
]

/**
 * Everything from text to a model that calls tools: data, pre-training, fine-tuning, held-out tasks, reports. What is
 * done already in the directory is not done again.
 *
 * @returns whether it is finished; false where Ctrl-C stopped it, at the latest before the next stage
 */
export async function runSpeedrun(request: SpeedrunRequest): Promise<boolean> {
  const { directory } = request
  const files = speedrunFiles(directory)
  const started = performance.now()
  let interrupted = ''
  using interruption = onInterrupt(() => interrupted)
  const { signal } = interruption
  for (const [i, [what, message, run]] of stages.entries()) {
    say(`\n${i + 1}/${stages.length} ${what}`)
    interrupted = message
    if ((await run({ files, request, signal })) && !signal.aborted) continue
    say(`Stopped. Go on with: ${resumeCommand(request)}`)
    return false
  }
  interrupted = 'Interrupted: writing the reports (press again to stop at once)'
  const results = parseAs(taskResultsSchema, await readJson(files.tasks), files.tasks)
  process.stdout.write(`\n${resultTable(results)}\n`)
  await writeRunReport(files.base)
  await writeRunReport(directory)
  say(`it took         ${formatDuration((performance.now() - started) / 1000)}`)
  return !signal.aborted
}
