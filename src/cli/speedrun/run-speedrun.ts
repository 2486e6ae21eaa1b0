import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigOverride } from '../../train/config-override.ts'
import { UserError } from '../../user-error.ts'
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
  readonly conversations?: number
  /** Held-out tasks to try. */
  readonly tasks?: number
  readonly engine: EngineOptions
  /** The engine's options as changes to both configs. */
  readonly engineOverrides: readonly ConfigOverride[]
  /** Changes to pre-training and to fine-tuning. */
  readonly set: { readonly base: readonly ConfigOverride[]; readonly sft: readonly ConfigOverride[] }
}

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
    command: 'tsukimi speedrun',
  })
}

/** Data, unless interrupted. */
async function prepared(files: SpeedrunFiles, request: SpeedrunRequest): Promise<boolean> {
  using interruption = onInterrupt('Interrupted: nothing is trained yet')
  const { signal } = interruption
  try {
    const { conversations = conversationCount, tasks = evaluation.tasks } = request
    await makeData(files, { conversations, tasks }, signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
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
  if (isBegun(directory) && !existsSync(files.conversations))
    throw new UserError(`${directory} holds a run that is no speedrun: choose another directory with --out`)
  const started = performance.now()
  const stages: readonly (readonly [string, () => Promise<boolean>])[] = [
    ['tasks, and conversations that solve them', () => prepared(files, request)],
    ['pre-training on speeches', () => pretrain(files, request)],
    ['fine-tuning on the conversations', () => fineTune(files, request)],
  ]
  for (const [i, [what, run]] of stages.entries()) {
    say(`\n${i + 1}/4 ${what}`)
    if (await run()) continue
    say(`Stopped. Go on with: tsukimi speedrun --resume --out ${directory}`)
    return false
  }
  say('\n4/4 held-out tasks: names, numbers and phrasings that were in no conversation')
  const results = await tryTasks(directory, files, chosenEngine(request.engine))
  process.stdout.write(`\n${resultTable(results)}\n`)
  await writeRunReport(files.base)
  await writeRunReport(directory)
  say(`it took         ${formatDuration((performance.now() - started) / 1000)}`)
  return true
}
