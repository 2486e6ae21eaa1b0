import type { K2Config } from '../nn/config.ts'
import { type PresetName, presetNames, presets } from '../nn/presets.ts'
import { UserError } from '../user-error.ts'
import type { ChatStyle } from './chat-example.ts'
import type { ConfigOverride } from './config-override.ts'
import { isPlainObject } from './merge-config.ts'
import { baseRecipe, recipes } from './recipes.ts'
import { resolveRunConfig } from './resolve-run-config.ts'
import { decayStepsOf, type RunConfig, type RunConfigInput } from './run-config.ts'

/** The model that fine-tuning begins from. */
export interface BaseModel {
  /** Of its checkpoint, with its tokenizer. */
  readonly directory: string
  readonly digest: string
  readonly config: K2Config
  /** How it was trained to read conversations; undefined where nothing says. */
  readonly style?: ChatStyle | undefined
}

/** Stands for `steps` until the conversations are counted. */
const unknownSteps = 10_000_000

/** Steps of warm-up, and between checkpoints, at most. */
const [longestWarmup, longestInterval] = [20, 250]

const presetOf = (model: K2Config): PresetName =>
  presetNames.find((name) => {
    const preset = presets[name]
    return preset.hiddenSize === model.hiddenSize && preset.numHiddenLayers === model.numHiddenLayers
  }) ?? 'nano'

/** Whether the command line gives a value, alone or within an object. */
export function isGiven(overrides: readonly ConfigOverride[], key: string): boolean {
  const wanted = key.split('.')
  return overrides.some(({ path, value }) => {
    const shared = path.every((part, i) => part === wanted[i])
    let at = value
    for (const part of wanted.slice(path.length)) at = isPlainObject(at) ? at[part] : undefined
    return shared && path.length <= wanted.length && at !== undefined
  })
}

/** @throws UserError for what the base decides, and for steps beside epochs */
export function refuseFixed(overrides: readonly ConfigOverride[]): void {
  for (const { path, source } of overrides)
    if (['model', 'tokenizer', 'base'].includes(path[0]!))
      throw new UserError(`${source}: fine-tuning keeps the base's model and tokenizer; leave it out`)
  if (isGiven(overrides, 'steps') && isGiven(overrides, 'chat.epochs'))
    throw new UserError('steps and epochs are both given: give one of them')
}

/**
 * How a base is fine-tuned unless the command line says otherwise: half of pre-training's learning rate, small batches
 * of whole conversations, a router that rests (padding and prompts would count in its balance). Where `steps` are not
 * given, they are counted in epochs, and {@link withCountedSteps} completes the config.
 *
 * @throws UserError for wrong values
 */
export function fineTuningConfig(
  base: BaseModel,
  objective: 'sft' | 'preference',
  overrides: readonly ConfigOverride[],
): RunConfig {
  refuseFixed(overrides)
  const preset = presetOf(base.config)
  const rate = recipes[preset].optimizer?.learningRate ?? baseRecipe.optimizer.learningRate
  const hasSteps = isGiven(overrides, 'steps')
  const content: RunConfigInput = {
    preset,
    model: base.config,
    base: { path: base.directory, digest: base.digest },
    objective,
    tokenizer: { path: base.directory },
    data: { heldOutFraction: 0.05, crossDocumentAttention: false },
    chat: { ...base.style, epochs: hasSteps ? null : 3 },
    batch: { sequences: 8, accumulation: 1 },
    optimizer: { learningRate: rate / 2 },
    schedule: { warmupSteps: 0, decayFraction: 0.9, annealSteps: 0 },
    router: { biasRate: 0, balanceLoss: 0 },
    steps: unknownSteps,
    samples: { prompts: [], temperature: 0 },
  }
  const draft = resolveRunConfig({ file: { path: 'the base', content }, overrides })
  return hasSteps ? completed(draft, draft.steps, overrides) : draft
}

/** Values that follow from the steps, unless they are given. */
function completed(config: RunConfig, steps: number, given: readonly ConfigOverride[]): RunConfig {
  const interval = Math.max(1, Math.min(longestInterval, Math.ceil(steps / (config.chat.epochs ?? 3))))
  const { schedule } = config
  const room = steps - decayStepsOf(schedule, steps) - schedule.annealSteps
  const following: readonly [string, number][] = [
    ['schedule.warmupSteps', Math.max(0, Math.min(longestWarmup, Math.floor(steps / 10), room))],
    ['evaluateEvery', interval],
    ['checkpointEvery', interval],
  ]
  const values = [['steps', steps] as const, ...following.filter(([key]) => !isGiven(given, key))]
  return resolveRunConfig({
    file: { path: 'the config', content: config },
    overrides: values.map(([key, value]) => ({
      path: key.split('.'),
      value,
      source: `${key} ${value}`,
    })),
  })
}

/**
 * The config with as many steps as its epochs take.
 *
 * @param rowsOf rows of conversations in so many epochs
 * @param given values of the command line; null for a run that goes on, whose schedule is decided
 */
export function withCountedSteps(
  config: RunConfig,
  rowsOf: (epochs: number) => number,
  given: readonly ConfigOverride[] | null,
): RunConfig {
  const { batch, chat } = config
  if (chat.epochs === null) return config
  const steps = Math.ceil(rowsOf(chat.epochs) / (batch.sequences * batch.accumulation))
  return given === null ? { ...config, steps } : completed(config, steps, given)
}
