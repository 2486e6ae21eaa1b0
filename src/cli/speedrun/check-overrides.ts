import { fineTuningConfig } from '../../train/fine-tuning-config.ts'
import { pretrainingConfig } from '../pretraining-config.ts'
import { speedrunFiles } from './speedrun-files.ts'
import { type StageOverrides, speedrunOverrides } from './speedrun-recipe.ts'

/**
 * Resolves both configs of a speedrun as its stages will, before anything is made.
 *
 * @throws UserError for what would stop a stage: unknown keys, wrong values, contradictions
 */
export async function checkOverrides(
  directory: string,
  engine: StageOverrides['base'],
  set: StageOverrides,
): Promise<void> {
  const files = speedrunFiles(directory)
  const { base, sft } = speedrunOverrides(files, engine, set)
  const { model } = await pretrainingConfig({
    target: 'nano',
    overrides: base,
    runDir: files.base,
    resume: false,
  })
  fineTuningConfig({ directory: files.base, digest: '', config: model }, 'sft', sft)
}
