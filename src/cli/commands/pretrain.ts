import { Command, Option } from 'commander'
import { type ConfigOverride, parseOverride } from '../../train/config-override.ts'
import { UserError } from '../../user-error.ts'
import { type DistributedOptions, distributedOf, distributedOptions } from '../distributed-options.ts'
import { engineOverrides, type TrainingEngineOptions, trainingEngineOptions } from '../engine-overrides.ts'
import { interruptedCode } from '../interruption.ts'

interface PretrainOptions extends TrainingEngineOptions, DistributedOptions {
  readonly data: readonly string[]
  readonly out: string
  readonly set: readonly ConfigOverride[]
  readonly resume?: true
  readonly skipBadInput?: true
}

export const collected =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[]): T[] => [...before, parse(text)]

/** `path` or `path:weight`. */
function sourceOf(text: string): { path: string; weight: number } {
  const [, path, weight] = /^(.+):(\d*\.?\d+)$/.exec(text) ?? [null, text, '1']
  if (!(Number(weight) > 0)) throw new UserError(`--data ${text}: the weight must be above 0`)
  return { path: path!, weight: Number(weight) }
}

/** Options of the command line as changes to the config; `--set` comes last and wins. */
export function overridesOf({
  data,
  set,
  skipBadInput,
  ...engine
}: Omit<PretrainOptions, 'out' | 'resume'>): ConfigOverride[] {
  return [
    ...(data.length === 0
      ? []
      : [{ path: ['data', 'sources'], value: data.map(sourceOf), source: `--data ${data.join(' ')}` }]),
    ...engineOverrides(engine),
    ...(skipBadInput ? [{ path: ['data', 'onBadInput'], value: 'skip', source: '--skip-bad-input' }] : []),
    ...set,
  ]
}

async function pretrain(target: string | undefined, options: PretrainOptions): Promise<void> {
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
      new Option(
        '--data <path[:weight]>',
        'text: .txt, .md, .jsonl, .parquet, a directory, or sotu; may be repeated',
      )
        .argParser(collected((text) => text))
        .default([], 'the State of the Union addresses'),
    )
    .option('--out <dir>', 'directory of the run', 'runs/pretrain')
    .addOption(
      new Option(
        '--set <key=value>',
        'change a value of the config, such as optimizer.learningRate=1e-3; may be repeated',
      )
        .argParser(collected(parseOverride))
        .default([], 'none'),
    )
    .option('--resume', "go on from the run's latest checkpoint")
    .option('--skip-bad-input', 'leave out files and lines that cannot be read, instead of stopping')
    .addHelpText(
      'after',
      '\nExample:\n  $ tsukimi pretrain nano --data notes/ --out runs/notes --set steps=200',
    )
    .action(pretrain)
  for (const option of [...trainingEngineOptions(), ...distributedOptions()]) command.addOption(option)
  return command
}
