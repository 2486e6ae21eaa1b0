import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type BadInput, type OnBadInput, refuseBadInput } from '../data/bad-input.ts'
import type { BatchSource } from '../data/batches.ts'
import { concatStreams } from '../data/concat-streams.ts'
import { type Corpus, openCorpus } from '../data/corpus.ts'
import { type PreparedShards, type PrepareProgress, prepareShards } from '../data/prepare-shards.ts'
import { chooseSplit, type SplitOptions, splitDocument } from '../data/split.ts'
import { byteCount, type TokenStream } from '../data/token-stream.ts'
import { readRanks } from '../tokenizer/rank-file.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
import { loadTokenizer, saveTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { trainBpe } from '../tokenizer/train-bpe.ts'
import { UserError } from '../user-error.ts'
import type { RunConfig } from './run-config.ts'
import { tokenizerDigest } from './tokenizer-digest.ts'

/** Text that a tokenizer is trained on, at most. */
const tokenizerCharacters = 2 ** 26

export type PrepareEvent =
  | { readonly kind: 'tokenizer'; readonly done: number; readonly total: number | undefined }
  | { readonly kind: 'shards'; readonly progress: PrepareProgress }

/** A run's tokenizer and its text as tokens. */
export interface PreparedData extends Disposable {
  readonly tokenizer: Tokenizer
  readonly tokenizerDirectory: string
  readonly train: readonly BatchSource[]
  readonly heldOut: TokenStream
  /** UTF-8 bytes of a training token, on average. */
  readonly bytesPerToken: number
  readonly badInputs: readonly BadInput[]
}

export interface PrepareOptions {
  readonly runDir: string
  /** Where tokenised corpora are kept, to be used again by other runs. */
  readonly cacheDirectory: string
  readonly onEvent?: (event: PrepareEvent) => void
  /** Told how many trajectories are left out because they failed, if there are any. */
  readonly onFailed?: (trajectories: number) => void
  readonly signal?: AbortSignal
}

const splitOptions = (config: RunConfig): SplitOptions => ({
  seed: config.seed,
  heldOutFraction: config.data.heldOutFraction,
})

/** The corpora of a run, in the order of its sources. */
export const openCorpora = (config: RunConfig): Promise<Corpus[]> =>
  Promise.all(
    config.data.sources.map(({ path }) => openCorpus({ paths: [path], textField: config.data.textField })),
  )

/** Reads documents of one side of each corpus's split until `limit` characters are there. */
export async function readSide(
  config: RunConfig,
  corpora: readonly Corpus[],
  side: 'train' | 'heldOut',
  limit: number,
): Promise<string[]> {
  const documents = (corpus: Corpus) =>
    corpus.documents(config.data.onBadInput === 'skip' ? { onBadInput: () => {} } : {})
  const texts: string[] = []
  let characters = 0
  for (const corpus of corpora) {
    const split = await chooseSplit(documents(corpus), splitOptions(config))
    for await (const document of documents(corpus)) {
      const text = splitDocument(split, document)[side]?.text
      if (text === undefined) continue
      texts.push(text)
      characters += text.length
      if (characters >= limit) return texts
    }
  }
  return texts
}

/** Texts of the tokenizer's extra files, whole. They are not the corpus's, so their text is in the field `text`. */
async function extraTexts({ tokenizer }: RunConfig, onBadInput: OnBadInput): Promise<string[]> {
  if (tokenizer.extraText.length === 0) return []
  const corpus = await openCorpus({ paths: tokenizer.extraText })
  const texts: string[] = []
  for await (const { text } of corpus.documents({ onBadInput })) texts.push(text)
  return texts
}

async function trainTokenizer(
  config: RunConfig,
  corpora: readonly Corpus[],
  options: PrepareOptions,
  onBadInput: OnBadInput,
): Promise<Tokenizer> {
  const texts = [
    ...(await readSide(config, corpora, 'train', tokenizerCharacters)),
    ...(await extraTexts(config, onBadInput)),
  ]
  await setImmediate()
  const ranks = trainBpe(texts, {
    vocabSize: config.tokenizer.vocabSize,
    onProgress: ({ done, total }) => options.onEvent?.({ kind: 'tokenizer', done, total }),
  })
  return createTokenizer(ranks)
}

/** A directory in the released layout, or a rank file alone. */
const givenTokenizer = async (path: string): Promise<Tokenizer> =>
  statSync(path, { throwIfNoEntry: false })?.isFile()
    ? createTokenizer(await readRanks(path))
    : loadTokenizer(path)

/** The run's own tokenizer: kept from before, given by the config, or trained on the training text. */
async function tokenizerOf(
  config: RunConfig,
  corpora: readonly Corpus[],
  directory: string,
  options: PrepareOptions,
  onBadInput: OnBadInput,
): Promise<Tokenizer> {
  if (existsSync(join(directory, 'tiktoken.model'))) return loadTokenizer(directory)
  const tokenizer =
    config.tokenizer.path === null
      ? await trainTokenizer(config, corpora, options, onBadInput)
      : await givenTokenizer(config.tokenizer.path)
  if (tokenizer.vocabSize > config.model.vocabSize)
    throw new UserError(
      `The tokenizer has ${tokenizer.vocabSize} tokens, the model only ${config.model.vocabSize} (model.vocabSize): raise it or use another tokenizer`,
    )
  await saveTokenizer(tokenizer, directory)
  return tokenizer
}

/**
 * Makes a run's text ready: trains or loads the tokenizer, tokenises the corpora once, splits them by document.
 *
 * @throws UserError for missing paths, bad files, an empty corpus
 */
export async function prepareData(config: RunConfig, options: PrepareOptions): Promise<PreparedData> {
  const corpora = await openCorpora(config)
  const tokenizerDirectory = join(options.runDir, 'tokenizer')
  const badExtras: BadInput[] = []
  const onBadInput: OnBadInput =
    config.data.onBadInput === 'skip' ? (bad) => void badExtras.push(bad) : refuseBadInput
  const tokenizer = await tokenizerOf(config, corpora, tokenizerDirectory, options, onBadInput)
  const encoder = {
    vocabSize: tokenizer.vocabSize,
    digest: tokenizerDigest(tokenizer),
    endOfDocument: tokenizer.specials.get('[EOS]')!,
    encode: (text: string) => tokenizer.encodeToArray(text),
  }
  const prepared: PreparedShards[] = []
  const dispose = (): void => {
    for (const shards of prepared) shards[Symbol.dispose]()
  }
  try {
    for (const corpus of corpora)
      prepared.push(
        await prepareShards({
          corpus,
          encoder,
          cacheDirectory: options.cacheDirectory,
          split: splitOptions(config),
          onBadInput: config.data.onBadInput,
          ...(options.signal && { signal: options.signal }),
          onProgress: (progress) => options.onEvent?.({ kind: 'shards', progress }),
        }),
      )
  } catch (error) {
    dispose()
    throw error
  }
  const train = prepared.map(
    ({ train }, i): BatchSource => ({
      stream: train,
      weight: config.data.sources[i]!.weight,
      name: config.data.sources[i]!.path,
    }),
  )
  const sum = (of: (stream: TokenStream) => number): number =>
    train.reduce((total, { stream }) => total + of(stream), 0)
  return {
    tokenizer,
    tokenizerDirectory,
    train,
    heldOut: concatStreams(prepared.map((shards) => shards.heldOut)),
    bytesPerToken: sum(byteCount) / sum((stream) => stream.tokenCount),
    badInputs: [...badExtras, ...prepared.flatMap((shards) => shards.badInputs)],
    [Symbol.dispose]: dispose,
  }
}
