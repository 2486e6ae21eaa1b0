import { type PresetName, presetNamed, presets } from '../nn/presets.ts'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'
import type { ConfigOverride } from './config-override.ts'
import { isPlainObject, mergeAt, mergeConfig } from './merge-config.ts'
import { baseRecipe, recipes } from './recipes.ts'
import { type RunConfig, runConfigSchema } from './run-config.ts'

/** What a run is made of; each layer changes the ones before it. */
export interface RunConfigLayers {
  /** Name of a preset; a file may name one too. `nano` where none does. */
  readonly preset?: string
  /** A config file, read. */
  readonly file?: { readonly path: string; readonly content: unknown }
  /** Values of the command line, the last one wins. */
  readonly overrides?: readonly ConfigOverride[]
}

const defaultPreset: PresetName = 'nano'

/** Facts about the program that wrote a run's config; not part of what it says. */
export const provenanceKey = 'writtenBy'

function presetOf(layers: RunConfigLayers, content: Readonly<Record<string, unknown>>): PresetName {
  const given = [
    ...(layers.overrides ?? [])
      .filter(({ path }) => path.join('.') === 'preset')
      .map(({ value }) => value)
      .reverse(),
    layers.preset,
    content.preset,
  ].find((name) => name !== undefined)
  if (given === undefined) return defaultPreset
  if (typeof given !== 'string') throw new UserError(`preset: expected a name, got ${JSON.stringify(given)}`)
  return presetNamed(given)
}

const isValid = (input: unknown): boolean => runConfigSchema.safeParse(input).success

/**
 * The run that a preset, a config file and the command line describe, complete and checked. A pure function.
 *
 * @throws UserError naming each unknown key (with the nearest known one), each value of a wrong type and each
 *   contradiction, and whether the file or the command line brought it.
 */
export function resolveRunConfig(layers: RunConfigLayers): RunConfig {
  const { file, overrides = [] } = layers
  const content = file?.content ?? {}
  if (!isPlainObject(content)) {
    throw new UserError(
      `${file?.path}: expected an object with the keys of a run, got ${JSON.stringify(content)}`,
    )
  }
  const { [provenanceKey]: _, ...written } = content
  const preset = presetOf(layers, content)
  const base = mergeConfig({ ...baseRecipe, model: presets[preset] }, recipes[preset])
  const fromFile = mergeConfig(mergeConfig(base, written), { preset })
  const input = mergeConfig(
    overrides.reduce((config, { path, value }) => mergeAt(config, path, value), fromFile),
    { preset },
  )
  const typed = overrides.flatMap(({ source }) => (source === '' ? [] : [source])).join(' ')
  const fault = overrides.length > 0 && isValid(fromFile) ? typed : (file?.path ?? `preset ${preset}`)
  return parseAs(runConfigSchema, input, fault)
}
