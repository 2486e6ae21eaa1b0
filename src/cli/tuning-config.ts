import { latestCheckpoint } from '../checkpoint/run-directory.ts'
import { weightsDigest } from '../checkpoint/weights-digest.ts'
import type { ConfigOverride } from '../train/config-override.ts'
import { fineTuningConfig, isGiven, refuseFixed } from '../train/fine-tuning-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { UserError } from '../user-error.ts'
import { checkpointDirectory, describeTrainedModel } from './load-trained-model.ts'
import { refuseBegun, savedConfig } from './saved-config.ts'

export interface TuningRequest {
  /** A run or a checkpoint; with `resume` it may be left out. */
  readonly base: string | undefined
  readonly objective: 'sft' | 'preference'
  readonly overrides: readonly ConfigOverride[]
  readonly runDir: string
  readonly resume: boolean
}

/** @throws UserError where a run that learns conversations is to learn pairs, or the other way round */
function refuseOtherObjective(saved: RunConfig, asked: RunConfig['objective'], runDir: string): void {
  if (asked !== saved.objective)
    throw new UserError(
      `${runDir}: a run with the objective ${saved.objective} does not go on with ${asked}; leave that out, or begin another run with --out`,
    )
}

/** The saved config with the command line's changes. What it began from must still be there until a checkpoint is. */
async function resumedConfig({ base, objective, overrides, runDir }: TuningRequest): Promise<RunConfig> {
  refuseFixed(overrides)
  const { saved, config: changed } = await savedConfig(runDir, overrides)
  // Steps of the command line are not counted in epochs.
  const config = isGiven(overrides, 'steps')
    ? { ...changed, chat: { ...changed.chat, epochs: null } }
    : changed
  if (saved.objective === 'pretrain' || saved.base === null)
    throw new UserError(
      `${runDir}: a run of pre-training; go on with: tsukimi pretrain --resume --out ${runDir}`,
    )
  // Without --preference a run goes on as it was begun.
  refuseOtherObjective(saved, objective === 'preference' ? objective : config.objective, runDir)
  const needed = base ?? ((await latestCheckpoint(runDir)) === undefined ? saved.base.path : undefined)
  if (needed === undefined) return config
  const directory = await checkpointDirectory(needed)
  if ((await weightsDigest(directory)) !== saved.base.digest)
    throw new UserError(
      `${directory}: not the weights that ${runDir} was begun from (${saved.base.path}); resume with those, or begin another run with --out`,
    )
  return { ...config, base: { ...saved.base, path: directory } }
}

/** The config of a run that begins, complete but for steps that are counted in epochs, or goes on. @throws UserError */
export async function tuningConfig(request: TuningRequest): Promise<RunConfig> {
  if (request.resume) return resumedConfig(request)
  refuseBegun(request.runDir)
  const { base, overrides, objective } = request
  if (base === undefined) throw new UserError('Which model? Give a run or a checkpoint: tsukimi sft <base>')
  if (!overrides.some(({ path }) => path.join('.').startsWith('data.sources')))
    throw new UserError('No data: give files of conversations with --data')
  const { directory, config, style } = await describeTrainedModel(base)
  const digest = await weightsDigest(directory)
  return fineTuningConfig({ directory, digest, config, style }, objective, overrides)
}
