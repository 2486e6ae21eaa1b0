import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { taskResultsSchema } from '../../eval/task-results.ts'
import { readJson } from '../../files/json-file.ts'
import { parseAs } from '../../schema-error.ts'
import type { ConfigOverride } from '../../train/config-override.ts'
import { formatDuration } from '../duration.ts'
import { onInterrupt } from '../interruption.ts'
import { chosenEngine, type EngineOptions } from '../open-engine.ts'
import { pretrainingConfig } from '../pretraining-config.ts'
import { runTraining } from '../run-training.ts'
import { tuningConfig } from '../tuning-config.ts'
import { writeRunReport } from '../write-run-report.ts'
import { makeData } from './make-data.ts'
import { resultTable } from './result-table.ts'
import { type SpeedrunFiles, speedrunFiles } from './speedrun-files.ts'
import { conversationCount, evaluation, recipeOverrides } from './speedrun-recipe.ts'
import { tryTasks } from './try-tasks.ts'

export interface SpeedrunRequest {
  readonly directory: string
  /** Tasks to make conversations of. */
  readonly conversations?: number | undefined
  /** Held-out tasks to try. */
  readonly tasks?: number | undefined
  readonly engine: EngineOptions
  /** The engine's options as changes to both configs. */
  readonly engineOverrides: readonly ConfigOverride[]
  /** Changes to pre-training and to fine-tuning. */
  readonly set: { readonly base: readonly ConfigOverride[]; readonly sft: readonly ConfigOverride[] }
}

const resumeCommand = ({ directory }: SpeedrunRequest): string =>
  `tsukimi speedrun --resume --out ${directory}`

const say = (line: string): void => void process.stderr.write(`${line}\n`)

const isFinished = (runDir: string): boolean => existsSync(join(runDir, 'summary.json'))
const isBegun = (runDir: string): boolean => existsSync(join(runDir, 'config.json'))

async function pretrain(files: SpeedrunFiles, request: SpeedrunRequest): Promise<boolean> {
  if (isFinished(files.base)) return true
  const resume = isBegun(files.base)
  const overrides: ConfigOverride[] = [
    ...recipeOverrides('base'),
    { path: ['tokenizer', 'extraText'], value: [files.text], source: 'the speedrun' },
    ...request.engineOverrides,
    ...request.set.base,
  ]
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
  })
}

async function fineTune(files: SpeedrunFiles, request: SpeedrunRequest): Promise<boolean> {
  const { directory } = request
  if (isFinished(directory)) return true
  const resume = isBegun(directory)
  const sources = [{ path: files.conversations, weight: 1 }]
  const overrides: ConfigOverride[] = [
    { path: ['data', 'sources'], value: sources, source: 'the speedrun' },
    ...recipeOverrides('sft'),
    ...request.engineOverrides,
    ...request.set.sft,
  ]
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
    runDir: directory,
    resume,
    resumeWith: resumeCommand(request),
    command: 'tsukimi speedrun',
  })
}

/** Whether work was done to its end, and not stopped by Ctrl-C. */
async function unlessInterrupted(
  message: string,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<boolean> {
  using interruption = onInterrupt(message)
  const { signal } = interruption
  try {
    await work(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return !signal.aborted
}

async function makeAll(files: SpeedrunFiles, request: SpeedrunRequest): Promise<boolean> {
  const { conversations = conversationCount, tasks = evaluation.tasks } = request
  return unlessInterrupted('Interrupted: nothing is trained yet', (signal) =>
    makeData(files, { conversations, tasks }, signal),
  )
}

async function tryAll(files: SpeedrunFiles, { directory, engine }: SpeedrunRequest): Promise<boolean> {
  if (existsSync(files.tasks)) return true
  return unlessInterrupted(
    'Interrupted: the models are trained, the held-out tasks are tried anew',
    (signal) => tryTasks(directory, files, chosenEngine(engine), signal),
  )
}

/**
 * Everything from text to a model that calls tools: data, pre-training, fine-tuning, held-out tasks, reports. What is
 * done already in the directory is not done again.
 *
 * @returns whether it is finished; false where Ctrl-C stopped it
 */
export async function runSpeedrun(request: SpeedrunRequest): Promise<boolean> {
  const { directory } = request
  const files = speedrunFiles(directory)
  const started = performance.now()
  const stages: readonly (readonly [string, () => Promise<boolean>])[] = [
    ['tasks, and conversations that solve them', () => makeAll(files, request)],
    ['pre-training on speeches', () => pretrain(files, request)],
    ['fine-tuning on the conversations', () => fineTune(files, request)],
    ['held-out tasks: names and wordings that were in no conversation', () => tryAll(files, request)],
  ]
  for (const [i, [what, run]] of stages.entries()) {
    say(`\n${i + 1}/${stages.length} ${what}`)
    if (await run()) continue
    say(`Stopped. Go on with: ${resumeCommand(request)}`)
    return false
  }
  const results = parseAs(taskResultsSchema, await readJson(files.tasks), files.tasks)
  process.stdout.write(`\n${resultTable(results)}\n`)
  await writeRunReport(files.base)
  await writeRunReport(directory)
  say(`it took         ${formatDuration((performance.now() - started) / 1000)}`)
  return true
}
