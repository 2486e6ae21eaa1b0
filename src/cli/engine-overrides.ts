import { Option } from 'commander'
import type { ConfigOverride } from '../train/config-override.ts'
import { type EngineOptions, engineOptions } from './open-engine.ts'
import { positiveInteger } from './option-values.ts'

/** Options of commands that train: those of the engine, and how many devices share the batch. */
export interface TrainingEngineOptions extends EngineOptions {
  readonly devices?: number
}

export const trainingEngineOptions = (): readonly Option[] => [
  ...engineOptions(),
  new Option('--devices <n>', 'devices that share the batch; 1 without it').argParser(positiveInteger),
]

const paths: Readonly<Record<keyof TrainingEngineOptions, readonly string[]>> = {
  engine: ['engine', 'name'],
  precision: ['engine', 'precision'],
  plugin: ['engine', 'plugin'],
  devices: ['mesh', 'data'],
  threads: ['engine', 'threads'],
}

/** Options of the engine as changes to a run's config. */
export const engineOverrides = (options: TrainingEngineOptions): ConfigOverride[] =>
  Object.entries(paths).flatMap(([name, path]) => {
    const value = options[name as keyof TrainingEngineOptions]
    return value === undefined ? [] : [{ path, value, source: `--${name} ${value}` }]
  })
