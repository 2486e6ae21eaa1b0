import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import type { ConfigOverride } from '../../train/config-override.ts'
import { engineOverrides, type TrainingEngineOptions, trainingEngineOptions } from '../engine-overrides.ts'
import { interruptedCode } from '../interruption.ts'
import { positiveInteger } from '../option-values.ts'
import { speedrunFiles } from '../speedrun/speedrun-files.ts'
import { setOption } from '../training-options.ts'
import { chatCommand } from './chat.ts'

interface SpeedrunOptions extends TrainingEngineOptions {
  readonly out?: string
  readonly resume?: true
  readonly conversations?: number
  readonly tasks?: number
  readonly set: readonly ConfigOverride[]
  readonly setSft: readonly ConfigOverride[]
  readonly prompt: boolean
}

const directoryName = (n: number): string => join('runs', n === 1 ? 'speedrun' : `speedrun-${n}`)

/** `runs/speedrun`, or the first `runs/speedrun-2`, `-3` … that is free; to resume, the last that is there. */
function defaultDirectory(resume: boolean): string {
  let n = 1
  while (existsSync(directoryName(n))) n++
  return directoryName(resume ? Math.max(1, n - 1) : n)
}

const plain = ({ path, value, source }: ConfigOverride) => ({ path: [...path], value, source })

async function speedrun(options: SpeedrunOptions): Promise<void> {
  const { out, resume = false, conversations, tasks, set, setSft, prompt, ...engine } = options
  const directory = out ?? defaultDirectory(resume)
  // Loaded when they are needed: help and other commands start faster without the engine and the charts.
  const { beginSpeedrun, resumedSettings } = await import('../speedrun/speedrun-settings.ts')
  const given = {
    ...(conversations !== undefined && { conversations }),
    ...(tasks !== undefined && { tasks }),
    set: { base: set.map(plain), sft: setSft.map(plain) },
  }
  const settings = resume ? await resumedSettings(directory, given) : given
  if (!resume) {
    const { checkOverrides } = await import('../speedrun/check-overrides.ts')
    await checkOverrides(directory, engineOverrides(engine), settings.set)
    await beginSpeedrun(directory, settings)
  }
  const { runSpeedrun } = await import('../speedrun/run-speedrun.ts')
  const finished = await runSpeedrun({
    ...settings,
    directory,
    engine,
    engineOverrides: engineOverrides(engine),
  })
  if (!finished) {
    process.exitCode = interruptedCode
    return
  }
  const { world } = speedrunFiles(directory)
  process.stdout.write(`serve it:       npx tsukimi serve ${directory}\n`)
  if (prompt && process.stdin.isTTY)
    await chatCommand().parseAsync([directory, '--world', world], { from: 'user' })
  else process.stdout.write(`talk to it:     npx tsukimi chat ${directory} --world ${world}\n`)
}

/** `tsukimi speedrun`: everything from text to a model that calls tools, in minutes. */
export function speedrunCommand(): Command {
  const command = new Command('speedrun')
    .description(
      'in minutes: make agentic data, pre-train nano on the State of the Union addresses, fine-tune it on the data, try it on held-out tasks, write reports, then chat',
    )
    .option('--out <dir>', 'directory of the run; runs/speedrun or the next free one without it')
    .option('--resume', 'go on with a speedrun that was stopped: the last one without --out')
    .option('--conversations <n>', 'tasks to make conversations of; 12000 without it', positiveInteger)
    .option('--tasks <n>', 'held-out tasks to try; 180 without it', positiveInteger)
    .addOption(setOption('--set <key=value>', ' of pre-training'))
    .addOption(setOption('--set-sft <key=value>', ' of fine-tuning'))
    .option('--no-prompt', 'end after the reports')
    .addHelpText('after', '\nExample:\n  $ tsukimi speedrun')
    .action(speedrun)
  for (const option of trainingEngineOptions()) command.addOption(option)
  return command
}
