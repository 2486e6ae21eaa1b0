import { isPresetName, presets } from '../nn/presets.ts'
import type { ConfigOverride } from '../train/config-override.ts'
import { loadRunConfig } from '../train/load-run-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { UserError } from '../user-error.ts'
import { refuseBegun, savedConfig } from './saved-config.ts'

export interface PretrainingRequest {
  /** Preset or config file; null is `nano`, or with `resume` the run's own. */
  readonly target: string | undefined
  readonly overrides: readonly ConfigOverride[]
  readonly runDir: string
  readonly resume: boolean
}

const differingKeys = (a: object, b: object): string[] =>
  Object.keys(a).filter(
    (key) => JSON.stringify(a[key as keyof typeof a]) !== JSON.stringify(b[key as keyof typeof b]),
  )

/** The saved config with the command line's changes. The model must stay what its weights are. */
async function resumedConfig({ target, overrides, runDir }: PretrainingRequest): Promise<RunConfig> {
  const { saved, config } = await savedConfig(runDir, overrides)
  if (saved.objective !== 'pretrain')
    throw new UserError(`${runDir}: a run of fine-tuning; go on with: tsukimi sft --resume --out ${runDir}`)
  const asked =
    target === undefined
      ? config.model
      : isPresetName(target)
        ? { ...presets[target], ...modelChanges(overrides) }
        : (await loadRunConfig(target, overrides)).model
  const differ = differingKeys(saved.model, asked)
  if (differ.length > 0)
    throw new UserError(
      `${runDir} was begun with another model: ${differ.map((key) => `${key} is ${show(saved.model, key)}, asked for ${show(asked, key)}`).join('; ')}. ` +
        'Resume with the same model, or begin another run with --out',
    )
  return config
}

const show = (model: object, key: string): string => JSON.stringify(model[key as keyof typeof model])

const modelChanges = (overrides: readonly ConfigOverride[]): Record<string, unknown> =>
  Object.fromEntries(
    overrides
      .filter(({ path }) => path[0] === 'model' && path.length === 2)
      .map(({ path, value }) => [path[1]!, value]),
  )

/** The config of a run that begins, or goes on. @throws UserError */
export async function pretrainingConfig(request: PretrainingRequest): Promise<RunConfig> {
  if (request.resume) return resumedConfig(request)
  refuseBegun(request.runDir)
  const config = await loadRunConfig(request.target, request.overrides)
  if (config.objective !== 'pretrain')
    throw new UserError(`objective: ${config.objective} begins from a trained model; run: tsukimi sft <base>`)
  return config
}
