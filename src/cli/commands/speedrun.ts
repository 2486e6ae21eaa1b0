import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { ConfigOverride } from '../../train/config-override.ts'
import { parseOverride } from '../../train/config-override.ts'
import { engineOverrides, type TrainingEngineOptions, trainingEngineOptions } from '../engine-overrides.ts'
import { interruptedCode } from '../interruption.ts'
import { generateCommand } from './generate.ts'

interface SpeedrunOptions extends TrainingEngineOptions {
  readonly out?: string
  readonly set: readonly ConfigOverride[]
  readonly prompt: boolean
}

/** `runs/speedrun`, or the first `runs/speedrun-2`, `-3` … that is free. */
function freeDirectory(): string {
  const name = (n: number): string => join('runs', n === 1 ? 'speedrun' : `speedrun-${n}`)
  let n = 1
  while (existsSync(name(n))) n++
  return name(n)
}

async function speedrun(options: SpeedrunOptions): Promise<void> {
  const runDir = options.out ?? freeDirectory()
  // Loaded when they are needed: help and other commands start faster without the engine and the charts.
  const { runTraining } = await import('../run-training.ts')
  const { pretrainingConfig } = await import('../pretraining-config.ts')
  const finished = await runTraining({
    name: 'pretrain',
    config: () =>
      pretrainingConfig({
        target: 'nano',
        overrides: [...engineOverrides(options), ...options.set],
        runDir,
        resume: false,
      }),
    runDir,
    resume: false,
    command: 'tsukimi speedrun',
  })
  if (!finished) {
    process.exitCode = interruptedCode
    return
  }
  const { writeRunReport } = await import('../write-run-report.ts')
  await writeRunReport(runDir)
  process.stdout.write(`serve it:       npx tsukimi serve ${runDir}\n`)
  if (options.prompt && process.stdin.isTTY) await generateCommand().parseAsync([runDir], { from: 'user' })
  else process.stdout.write(`talk to it:     npx tsukimi generate ${runDir} --prompt "We must"\n`)
}

/** `tsukimi speedrun`: everything from text to a model that one can prompt, in minutes. */
export function speedrunCommand(): Command {
  const command = new Command('speedrun')
    .description(
      'train nano on the State of the Union addresses in minutes, write a report, then take prompts',
    )
    .option('--out <dir>', 'directory of the run; runs/speedrun or the next free one without it')
    .addOption(
      new Option('--set <key=value>', 'change a value of the config; may be repeated')
        .argParser((text: string, before: readonly ConfigOverride[]) => [...before, parseOverride(text)])
        .default([], 'none'),
    )
    .option('--no-prompt', 'end after the report')
    .addHelpText('after', '\nExample:\n  $ tsukimi speedrun')
    .action(speedrun)
  for (const option of trainingEngineOptions()) command.addOption(option)
  return command
}
