import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts'
import { latestCheckpoint } from '../checkpoint/run-directory.ts'
import { readJson } from '../files/json-file.ts'
import type { K2Config } from '../nn/config.ts'
import { readHfConfig } from '../nn/hf-config.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { loadTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { readChatConfig } from '../train/chat-config.ts'
import type { ChatStyle } from '../train/chat-example.ts'
import { readWeights, type Weights } from '../train/model-weights.ts'
import { UserError } from '../user-error.ts'

/** A model without its weights. */
export interface DescribedModel {
  /** Of the checkpoint. */
  readonly directory: string
  readonly config: K2Config
  readonly tokenizer: Tokenizer
  readonly warnings: readonly string[]
  /** How it was trained to read conversations; undefined where the checkpoint does not say. */
  readonly style?: ChatStyle | undefined
}

/** Everything that a model needs to write. */
export interface TrainedModel extends DescribedModel {
  readonly weights: Weights
}

/**
 * The directory of a checkpoint: `target` itself, or the latest one of the run in it.
 *
 * @throws UserError where there is none
 */
export async function checkpointDirectory(target: string): Promise<string> {
  if (!existsSync(target)) throw new UserError(`${target}: no such directory`)
  const names = ['model.safetensors', 'model.safetensors.index.json']
  if (names.some((name) => existsSync(join(target, name)))) return target
  const latest = await latestCheckpoint(target)
  if (latest === undefined)
    throw new UserError(
      `${target}: neither a checkpoint (with model.safetensors) nor a run that has one; \`tsukimi pretrain\` makes one`,
    )
  return latest.path
}

/**
 * Shape and tokenizer of a run's latest checkpoint, or of a checkpoint in the released layout.
 *
 * @throws UserError naming the file that is missing or wrong
 */
export async function describeTrainedModel(target: string): Promise<DescribedModel> {
  const directory = await checkpointDirectory(target)
  const path = join(directory, 'config.json')
  const { config, warnings } = readHfConfig(await readJson(path), path)
  const tokenizer = await loadTokenizer(directory)
  if (tokenizer.vocabSize > config.vocabSize)
    throw new UserError(
      `${directory}: the tokenizer has ${tokenizer.vocabSize} tokens, but the model only ${config.vocabSize}: they do not belong together`,
    )
  return { directory, config, tokenizer, warnings, style: await readChatConfig(directory) }
}

/**
 * Loads the model of a run's latest checkpoint, or of a checkpoint in the released layout with its tokenizer.
 *
 * @throws UserError naming the file that is missing or wrong
 */
export async function loadTrainedModel(target: string): Promise<TrainedModel> {
  const described = await describeTrainedModel(target)
  await using source = await openCheckpoint(described.directory)
  return { ...described, weights: await readWeights(source, described.config) }
}
