import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../user-error.ts'
import { type BadInput, refuseBadInput } from './bad-input.ts'
import type { Corpus } from './corpus.ts'
import type { Document } from './document.ts'
import { SHARD_VERSION } from './shard-index.ts'
import { createShardWriter, type ShardWriter } from './shard-writer.ts'
import { type OpenShardsOptions, openShards, type Shards } from './shards.ts'
import { chooseSplit, defaultSplit, type SplitOptions, splitDocument } from './split.ts'
import { writeBeside } from './write-beside.ts'

/** What a corpus is encoded with. */
export interface DocumentEncoder {
  /** Tokens in all, special ones included. */
  readonly vocabSize: number
  /** Tells one tokenizer from another: a hash of its ranks, pattern and special tokens. */
  readonly digest: string
  /** Id of the token that ends a document. */
  readonly endOfDocument: number
  /** Ids of a document's text, taken as plain text, without special tokens. */
  readonly encode: (text: string) => ArrayLike<number>
}

/** How far tokenising is: documents, their UTF-8 bytes and tokens so far, and the corpus's bytes on disk. */
export interface PrepareProgress {
  readonly documents: number
  readonly bytes: number
  readonly tokens: number
  readonly totalBytes: number
}

export interface PrepareShardsOptions extends OpenShardsOptions {
  readonly corpus: Corpus
  readonly encoder: DocumentEncoder
  /** Directory of all prepared corpora; each gets a directory of its own below it. */
  readonly cacheDirectory: string
  readonly split?: SplitOptions
  /** `refuse` (the default) throws at the first bad input; `skip` leaves it out and reports it in `badInputs`. */
  readonly onBadInput?: 'refuse' | 'skip'
  readonly tokensPerShard?: number
  readonly onProgress?: (progress: PrepareProgress) => void
  readonly signal?: AbortSignal
}

export interface PreparedShards extends Disposable {
  readonly directory: string
  readonly train: Shards
  readonly heldOut: Shards
  /** What was skipped, also when a run before did the skipping. */
  readonly badInputs: readonly BadInput[]
  /** Whether the shards were there already. */
  readonly reused: boolean
}

const BAD_INPUTS_FILE = 'bad-inputs.json'
/** Text encoded between two turns of the event loop, in UTF-16 units. */
const UNITS_PER_TURN = 1 << 18

const readBadInputs = async (directory: string): Promise<BadInput[]> => {
  const path = join(directory, BAD_INPUTS_FILE)
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BadInput[]
  } catch (error) {
    throw new UserError(`${path}: missing or broken. Delete the directory and run again to tokenise anew`, {
      cause: error,
    })
  }
}

const writeShards = async (directory: string, options: PrepareShardsOptions): Promise<void> => {
  const { corpus, encoder, split = defaultSplit, onProgress, signal, tokensPerShard } = options
  const skips = options.onBadInput === 'skip'
  const badInputs: BadInput[] = []
  const chosen = await chooseSplit(corpus.documents({ onBadInput: skips ? () => {} : refuseBadInput }), split)
  const writerOptions = {
    vocabSize: encoder.vocabSize,
    endOfDocument: encoder.endOfDocument,
    tokenizerDigest: encoder.digest,
    corpusDigest: corpus.digest,
    ...(tokensPerShard === undefined ? {} : { tokensPerShard }),
  }
  using train = createShardWriter(join(directory, 'train'), writerOptions)
  using heldOut = createShardWriter(join(directory, 'held-out'), writerOptions)
  const progress = { documents: 0, bytes: 0, tokens: 0, totalBytes: corpus.totalBytes }
  const add = (writer: ShardWriter, document: Document): void => {
    const tokens = encoder.encode(document.text)
    const bytes = Buffer.byteLength(document.text)
    writer.add(tokens, bytes)
    progress.bytes += bytes
    progress.tokens += tokens.length + 1
  }
  const onBadInput = skips ? (bad: BadInput) => void badInputs.push(bad) : refuseBadInput
  let unitsThisTurn = 0
  for await (const document of corpus.documents({ onBadInput })) {
    const parts = splitDocument(chosen, document)
    if (parts.train) add(train, parts.train)
    if (parts.heldOut) add(heldOut, parts.heldOut)
    progress.documents++
    unitsThisTurn += document.text.length
    if (unitsThisTurn < UNITS_PER_TURN) continue
    unitsThisTurn = 0
    onProgress?.({ ...progress })
    await setImmediate()
    signal?.throwIfAborted()
  }
  train.finish()
  heldOut.finish()
  onProgress?.({ ...progress })
  await writeFile(join(directory, BAD_INPUTS_FILE), `${JSON.stringify(badInputs, null, 2)}\n`)
}

/**
 * Tokenises a corpus once, into shards of training and of held-out text, and opens them. A second call with the
 * same corpus, tokenizer, split and treatment of bad input reuses the files. They are written beside their place
 * and renamed into it whole, so that an interrupted or concurrent run leaves nothing half-written there.
 *
 * @throws UserError for bad input, an empty corpus, a full or read-only disk, and corrupt shards of a run before;
 *   the signal's reason when aborted.
 */
export const prepareShards = async (options: PrepareShardsOptions): Promise<PreparedShards> => {
  const {
    corpus,
    encoder,
    cacheDirectory,
    split = defaultSplit,
    onBadInput = 'refuse',
    tokensPerShard,
  } = options
  const { digest, vocabSize, endOfDocument } = encoder
  const { seed, heldOutFraction } = split
  const identity = [SHARD_VERSION, corpus.digest, digest, vocabSize, endOfDocument]
  identity.push(seed, heldOutFraction, onBadInput, tokensPerShard ?? 'default')
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24)
  const directory = join(cacheDirectory, key)
  const reused = existsSync(directory)
  if (!reused) {
    await writeBeside(directory, (partial) => writeShards(partial, options))
  }
  const badInputs = await readBadInputs(directory)
  const train = await openShards(join(directory, 'train'), options)
  try {
    const heldOut = await openShards(join(directory, 'held-out'), options)
    const close = (): void => {
      train[Symbol.dispose]()
      heldOut[Symbol.dispose]()
    }
    return { directory, train, heldOut, badInputs, reused, [Symbol.dispose]: close }
  } catch (error) {
    train[Symbol.dispose]()
    throw error
  }
}
