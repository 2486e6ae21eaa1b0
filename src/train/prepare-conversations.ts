import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BadInput } from '../data/bad-input.ts'
import { concatStreams } from '../data/concat-streams.ts'
import type { ConversationSource } from '../data/conversation-batches.ts'
import { type MaskedDocuments, maskedDocuments } from '../data/masked-documents.ts'
import { type PreparedMasked, prepareMasked } from '../data/prepare-masked.ts'
import { openRecords } from '../data/records.ts'
import { byteCount } from '../data/token-stream.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { loadTokenizer, saveTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { UserError } from '../user-error.ts'
import { writeChatConfig } from './chat-config.ts'
import type { PrepareOptions } from './prepare-data.ts'
import { recordEncoder } from './record-encoder.ts'
import type { RunConfig } from './run-config.ts'

/** A fine-tuning run's tokenizer and conversations as tokens. */
export interface PreparedConversations extends Disposable {
  readonly tokenizer: Tokenizer
  readonly tokenizerDirectory: string
  readonly sources: readonly ConversationSource[]
  readonly heldOut: MaskedDocuments
  /** Tokens to train on, and how many of them are learned. */
  readonly tokens: number
  readonly learned: number
  /** UTF-8 bytes of a learned token, on average. */
  readonly bytesPerToken: number
  /** Conversations left out because they are longer than a sequence. */
  readonly tooLong: number
  /** Trajectories left out because their outcome is a failure. */
  readonly failed: number
  readonly badInputs: readonly BadInput[]
}

function checkCounts(path: string, { train, tooLong, failed }: PreparedMasked, { data }: RunConfig): void {
  if (train.tokens.documentCount > 0) return
  if (failed > 0 && tooLong === 0)
    throw new UserError(
      `${path}: all ${failed} trajectories failed: give others, or learn these too with chat.failed=learn`,
    )
  throw new UserError(
    tooLong > 0
      ? `${path}: all ${tooLong} conversations are longer than ${data.sequenceLength} tokens: raise data.sequenceLength, or cut them with chat.tooLong=cut`
      : `${path}: there is no conversation here to train on`,
  )
}

/** The run's own copy, since the base may be gone when a run goes on. */
async function baseTokenizer({ tokenizer }: RunConfig, directory: string): Promise<Tokenizer> {
  if (existsSync(join(directory, 'tiktoken.model'))) return loadTokenizer(directory)
  if (tokenizer.path === null)
    throw new UserError("tokenizer.path: fine-tuning needs the base model's; begin with `tsukimi sft <base>`")
  return loadTokenizer(tokenizer.path)
}

/**
 * Makes a run's conversations ready: copies the base model's tokenizer, renders and tokenises the records once, splits
 * them by conversation.
 *
 * @throws UserError for missing paths, bad records, and where nothing is left to train on
 */
export async function prepareConversations(
  config: RunConfig & { readonly objective: 'sft' | 'preference' },
  options: PrepareOptions,
): Promise<PreparedConversations> {
  const { chat, data, seed } = config
  const tokenizerDirectory = join(options.runDir, 'tokenizer')
  const tokenizer = await baseTokenizer(config, tokenizerDirectory)
  const encoder = recordEncoder(config.objective, tokenizer, { ...chat, sequenceLength: data.sequenceLength })
  const prepared: PreparedMasked[] = []
  const dispose = (): void => {
    for (const source of prepared) source[Symbol.dispose]()
  }
  try {
    for (const { path } of data.sources) {
      const source = await prepareMasked({
        files: await openRecords(path),
        encoder,
        cacheDirectory: options.cacheDirectory,
        split: { seed, heldOutFraction: data.heldOutFraction },
        onBadInput: data.onBadInput,
        ...(options.signal && { signal: options.signal }),
        onProgress: (progress) => options.onEvent?.({ kind: 'shards', progress }),
      })
      prepared.push(source)
      checkCounts(path, source, config)
    }
    await saveTokenizer(tokenizer, tokenizerDirectory)
    await writeChatConfig(tokenizerDirectory, chat)
  } catch (error) {
    dispose()
    throw error
  }
  const sum = (of: (source: PreparedMasked) => number): number =>
    prepared.reduce((total, source) => total + of(source), 0)
  const learned = sum((source) => source.learned)
  const failed = sum((source) => source.failed)
  if (failed > 0) options.onFailed?.(failed)
  return {
    tokenizer,
    tokenizerDirectory,
    sources: prepared.map(({ train }, i) => ({
      documents: maskedDocuments(train.tokens, train.mask),
      weight: data.sources[i]!.weight,
    })),
    heldOut: maskedDocuments(
      concatStreams(prepared.map(({ heldOut }) => heldOut.tokens)),
      concatStreams(prepared.map(({ heldOut }) => heldOut.mask)),
    ),
    tokens: sum(({ train }) => train.tokens.tokenCount - train.tokens.documentCount),
    learned,
    bytesPerToken: sum(({ train }) => byteCount(train.tokens)) / learned,
    tooLong: sum((source) => source.tooLong),
    failed,
    badInputs: prepared.flatMap(({ badInputs }) => badInputs),
    [Symbol.dispose]: dispose,
  }
}
