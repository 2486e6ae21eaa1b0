import { Command } from 'commander'
import { distributedOf } from '../distributed-options.ts'
import { interruptedCode } from '../interruption.ts'
import { dataOption, overridesOf, type TrainingOptions, trainingOptions } from '../training-options.ts'

async function pretrain(target: string | undefined, options: TrainingOptions): Promise<void> {
  const distributed = distributedOf(options)
  const { runTraining } = await import('../run-training.ts')
  const { pretrainingConfig } = await import('../pretraining-config.ts')
  const request = { runDir: options.out, resume: options.resume ?? false }
  const finished = await runTraining({
    ...request,
    name: 'pretrain',
    config: () => pretrainingConfig({ ...request, target, overrides: overridesOf(options) }),
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

/** `tsukimi pretrain`: trains a model on text. */
export function pretrainCommand(): Command {
  const command = new Command('pretrain')
    .description('train a model on text: tokenizer, token shards, MuonClip, checkpoints, report')
    .argument(
      '[preset|config]',
      'a preset (nano, micro, small …) or a .json, .yaml or .ts config; nano without it',
    )
    .addOption(
      dataOption(
        'text: .txt, .md, .jsonl, .parquet, a directory, or sotu',
        'the State of the Union addresses',
      ),
    )
    .option('--out <dir>', 'directory of the run', 'runs/pretrain')
    .addHelpText(
      'after',
      '\nExample:\n  $ tsukimi pretrain nano --data notes/ --out runs/notes --set steps=200',
    )
    .action(pretrain)
  for (const option of trainingOptions('files and lines')) command.addOption(option)
  return command
}
