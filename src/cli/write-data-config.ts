import { join } from 'node:path'
import { writeBytesAtomic } from '../files/atomic-file.ts'
import { dataConfig, type WeightedSource } from '../synth/rephrase/data-config.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { saveTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { loadRunConfig } from '../train/load-run-config.ts'
import { prepareWithProgress } from './prepare-run.ts'
import { shardCache } from './shard-cache.ts'

export interface DataConfigRequest {
  /** Directory that the config is written to. */
  readonly out: string
  readonly path: string
  readonly sources: readonly WeightedSource[]
  readonly textField: string
  /** Null leaves tokenising to `tsukimi pretrain`, which then trains a tokenizer of its own. */
  readonly tokenizer: Tokenizer | null
  readonly signal: AbortSignal
}

/** Token shards that lie ready for `tsukimi pretrain`. */
export interface ReadyShards {
  readonly directory: string
  /** How much they hold, for people. */
  readonly description: string
}

/**
 * Writes a config for `tsukimi pretrain`; with a tokenizer also the shards that a run of that config looks for, in the way
 * in which the run itself would make them.
 *
 * @returns the shards, or null without a tokenizer
 * @throws UserError for text that cannot be tokenised; the signal's reason when aborted
 */
export async function writeDataConfig(request: DataConfigRequest): Promise<ReadyShards | null> {
  const { out, path, sources, textField, tokenizer, signal } = request
  signal.throwIfAborted()
  const directory = join(out, 'tokenizer')
  const own = tokenizer === null ? undefined : { path: directory, vocabSize: tokenizer.vocabSize }
  await writeBytesAtomic(path, `# tsukimi pretrain ${path}\n${dataConfig(sources, textField, own)}`)
  if (tokenizer === null) return null
  await saveTokenizer(tokenizer, directory)
  const options = { runDir: out, cacheDirectory: shardCache, signal }
  using data = await prepareWithProgress(await loadRunConfig(path), options)
  return { directory: shardCache, description: data.description }
}
