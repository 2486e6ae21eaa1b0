import { Command } from 'commander'
import type { ConfigOverride } from '../../train/config-override.ts'
import { distributedOf } from '../distributed-options.ts'
import { interruptedCode } from '../interruption.ts'
import { positiveInteger } from '../option-values.ts'
import { dataOption, overridesOf, type TrainingOptions, trainingOptions } from '../training-options.ts'

interface SftOptions extends TrainingOptions {
  readonly epochs?: number
  readonly tasks?: string
  readonly taskCount?: number
  readonly preference?: true
}

/** Where the options of this command stand in the config. */
const places = [
  ['epochs', '--epochs', ['chat', 'epochs']],
  ['tasks', '--tasks', ['tasks', 'path']],
  ['taskCount', '--task-count', ['tasks', 'count']],
] as const

const ownOverrides = (options: SftOptions): ConfigOverride[] =>
  places.flatMap(([name, flag, path]) => {
    const value = options[name]
    return value === undefined ? [] : [{ path, value, source: `${flag} ${value}` }]
  })

async function sft(base: string | undefined, options: SftOptions): Promise<void> {
  const { epochs, tasks, taskCount, preference, ...shared } = options
  const distributed = distributedOf(options)
  const overrides = [...ownOverrides(options), ...overridesOf(shared)]
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
    .addOption(dataOption('conversations: .jsonl or .parquet of {messages, tools}, or a directory', 'none'))
    .option('--epochs <n>', 'passes over the data; 3 without it and without --set steps', positiveInteger)
    .option('--preference', 'the data are pairs {messages, chosen, rejected}: learn which answer is better')
    .option('--tasks <path>', 'tasks that the model tries at each evaluation: .jsonl')
    .option('--task-count <n>', 'how many of them, family after family; 24 without it', positiveInteger)
    .option('--out <dir>', 'directory of the run', 'runs/sft')
    .addHelpText(
      'after',
      '\nExample:\n  $ tsukimi sft runs/pretrain --data chats.jsonl --epochs 2 --out runs/chat',
    )
    .action(sft)
  for (const option of trainingOptions('records')) command.addOption(option)
  return command
}
