import { Command, Option } from 'commander'
import { type ConfigOverride, parseOverride } from '../../train/config-override.ts'
import { type DistributedOptions, distributedOf, distributedOptions } from '../distributed-options.ts'
import { type TrainingEngineOptions, trainingEngineOptions } from '../engine-overrides.ts'
import { interruptedCode } from '../interruption.ts'
import { positiveInteger } from '../option-values.ts'
import { collected, overridesOf } from './pretrain.ts'

interface SftOptions extends TrainingEngineOptions, DistributedOptions {
  readonly data: readonly string[]
  readonly epochs?: number
  readonly preference?: true
  readonly out: string
  readonly set: readonly ConfigOverride[]
  readonly resume?: true
  readonly skipBadInput?: true
}

async function sft(base: string | undefined, { epochs, preference, ...options }: SftOptions): Promise<void> {
  const distributed = distributedOf(options)
  const overrides = [
    ...(epochs === undefined
      ? []
      : [{ path: ['chat', 'epochs'], value: epochs, source: `--epochs ${epochs}` }]),
    ...overridesOf(options),
  ]
  const resume = options.resume ?? false
  const { runTraining } = await import('../run-training.ts')
  const { tuningConfig } = await import('../tuning-config.ts')
  const { withCountedSteps } = await import('../../train/fine-tuning-config.ts')
  const finished = await runTraining({
    name: 'sft',
    runDir: options.out,
    resume,
    config: () =>
      tuningConfig({
        base,
        objective: preference ? 'preference' : 'sft',
        overrides,
        runDir: options.out,
        resume,
      }),
    complete: (config, rowsOf) => withCountedSteps(config, rowsOf, resume ? null : overrides),
    command: `tsukimi ${process.argv.slice(2).join(' ')}`,
    ...(distributed === undefined ? {} : { distributed }),
  })
  if (!finished) {
    process.exitCode = interruptedCode
    return
  }
  if ((distributed?.processId ?? 0) > 0) return
  const { writeRunReport } = await import('../write-run-report.ts')
  await writeRunReport(options.out)
}

/** `tsukimi sft`: teaches a trained model conversations, or to judge pairs of answers. */
export function sftCommand(): Command {
  const command = new Command('sft')
    .description('fine-tune a trained model on conversations with tools, or on pairs of answers')
    .argument('[base]', 'a run, whose latest checkpoint is taken, or a checkpoint; with --resume not needed')
    .addOption(
      new Option(
        '--data <path[:weight]>',
        'conversations: .jsonl or .parquet of {messages, tools}, or a directory; may be repeated',
      )
        .argParser(collected((text) => text))
        .default([], 'none'),
    )
    .option('--epochs <n>', 'passes over the data; 3 without it and without --set steps', positiveInteger)
    .option('--preference', 'the data are pairs {messages, chosen, rejected}: learn which answer is better')
    .option('--out <dir>', 'directory of the run', 'runs/sft')
    .addOption(
      new Option(
        '--set <key=value>',
        'change a value of the config, such as optimizer.learningRate=1e-3; may be repeated',
      )
        .argParser(collected(parseOverride))
        .default([], 'none'),
    )
    .option('--resume', "go on from the run's latest checkpoint")
    .option('--skip-bad-input', 'leave out records that cannot be read, instead of stopping')
    .addHelpText(
      'after',
      '\nExample:\n  $ tsukimi sft runs/pretrain --data chats.jsonl --epochs 2 --out runs/chat',
    )
    .action(sft)
  for (const option of [...trainingEngineOptions(), ...distributedOptions()]) command.addOption(option)
  return command
}
