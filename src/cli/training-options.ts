import { Option } from 'commander'
import { type ConfigOverride, parseOverride } from '../train/config-override.ts'
import { UserError } from '../user-error.ts'
import { type DistributedOptions, distributedOptions } from './distributed-options.ts'
import { engineOverrides, type TrainingEngineOptions, trainingEngineOptions } from './engine-overrides.ts'

/** Options of every command that trains a run. */
export interface TrainingOptions extends TrainingEngineOptions, DistributedOptions {
  readonly data: readonly string[]
  readonly out: string
  readonly set: readonly ConfigOverride[]
  readonly resume?: true
  readonly skipBadInput?: true
}

const collected =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[]): T[] => [...before, parse(text)]

/** `--set key=value`, or another name of the same kind, which may be repeated. */
export const setOption = (flags: string, of: string): Option =>
  new Option(flags, `change a value of the config${of}, such as optimizer.learningRate=1e-3; may be repeated`)
    .argParser(collected((text) => parseOverride(text, flags.split(' ')[0])))
    .default([], 'none')

/** `--data`, with what it takes and what there is without it. */
export const dataOption = (what: string, without: string): Option =>
  new Option('--data <path[:weight]>', `${what}; may be repeated`)
    .argParser(collected((text) => text))
    .default([], without)

/** @param skipped what `--skip-bad-input` leaves out */
export const trainingOptions = (skipped: string): readonly Option[] => [
  setOption('--set <key=value>', ''),
  new Option('--resume', "go on from the run's latest checkpoint"),
  new Option('--skip-bad-input', `leave out ${skipped} that cannot be read, instead of stopping`),
  ...trainingEngineOptions(),
  ...distributedOptions(),
]

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
}: Omit<TrainingOptions, 'out' | 'resume'>): ConfigOverride[] {
  return [
    ...(data.length === 0
      ? []
      : [{ path: ['data', 'sources'], value: data.map(sourceOf), source: `--data ${data.join(' ')}` }]),
    ...engineOverrides(engine),
    ...(skipBadInput ? [{ path: ['data', 'onBadInput'], value: 'skip', source: '--skip-bad-input' }] : []),
    ...set,
  ]
}
