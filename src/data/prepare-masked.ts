import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { readJson, writeJson } from '../files/json-file.ts'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'
import { type BadInput, refuseBadInput } from './bad-input.ts'
import { type MaskedShards, maskedShardWriter, openMaskedShards } from './masked-shards.ts'
import type { MaskedDocument } from './memory-masked-documents.ts'
import type { PrepareProgress } from './prepare-shards.ts'
import type { DataRecord, RecordFiles } from './records.ts'
import { SHARD_VERSION } from './shard-index.ts'
import { chooseSplit, type SplitOptions, splitDocument } from './split.ts'
import { writeBeside } from './write-beside.ts'

/** What a record gives to learn from. */
export interface EncodedRecord {
  readonly documents: readonly MaskedDocument[]
  /** Conversations of it that are left out because they are too long. Default 0. */
  readonly tooLong?: number
  /** Those that are left out because they failed. Default 0. */
  readonly failed?: number
}

/** What records are encoded with. */
export interface RecordEncoder {
  readonly vocabSize: number
  /** Tells one encoder from another: tokenizer, template, lengths. */
  readonly digest: string
  /** Stands between documents, and pads. */
  readonly endOfDocument: number
  /** @throws UserError saying what is wrong with it */
  readonly encode: (value: DataRecord['value']) => EncodedRecord
}

export interface PrepareMaskedOptions {
  readonly files: RecordFiles
  readonly encoder: RecordEncoder
  readonly cacheDirectory: string
  readonly split: SplitOptions
  readonly onBadInput: 'refuse' | 'skip'
  readonly onProgress?: (progress: PrepareProgress) => void
  readonly signal?: AbortSignal
}

const factsSchema = z.object({
  tooLong: z.number(),
  failed: z.number(),
  learned: z.number(),
  badInputs: z.array(z.object({ file: z.string(), place: z.string().optional(), reason: z.string() })),
})

export interface PreparedMasked extends Disposable {
  readonly train: MaskedShards
  readonly heldOut: MaskedShards
  /** Conversations left out for their length, also when a run before did it. */
  readonly tooLong: number
  /** Those left out because they failed. */
  readonly failed: number
  /** Tokens of the training side that are learned. */
  readonly learned: number
  readonly badInputs: readonly BadInput[]
}

/** Bumped when what is in the files changes. */
const version = 2
const factsFile = 'records.json'
/** Tokens encoded between two turns of the event loop. */
const tokensPerTurn = 1 << 16

interface Encoded extends EncodedRecord {
  /** The record's text: records that are equal are on the same side of the split. */
  readonly text: string
}

async function* encoded(
  { files, encoder }: PrepareMaskedOptions,
  onBadInput: (bad: BadInput) => void,
): AsyncGenerator<Encoded> {
  for await (const { file, place, value } of files.records(onBadInput)) {
    let record: EncodedRecord
    try {
      record = encoder.encode(value)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      onBadInput({ file, place, reason: error.message })
      continue
    }
    yield { text: JSON.stringify(value), ...record }
  }
}

async function* usable(records: AsyncIterable<Encoded>) {
  for await (const { text, documents } of records) if (documents.length > 0) yield { id: text, text: '' }
}

async function write(directory: string, options: PrepareMaskedOptions): Promise<void> {
  const { files, encoder, split, onProgress, signal } = options
  const skips = options.onBadInput === 'skip'
  const chosen = await chooseSplit(usable(encoded(options, skips ? () => {} : refuseBadInput)), split)
  const writerOptions = {
    vocabSize: encoder.vocabSize,
    endOfDocument: encoder.endOfDocument,
    tokenizerDigest: encoder.digest,
    corpusDigest: files.digest,
  }
  using train = maskedShardWriter(join(directory, 'train'), writerOptions)
  using heldOut = maskedShardWriter(join(directory, 'held-out'), writerOptions)
  const badInputs: BadInput[] = []
  const leftOut = { tooLong: 0, failed: 0 }
  let [learned, sinceTurn] = [0, 0]
  const progress = { documents: 0, bytes: 0, tokens: 0, totalBytes: files.totalBytes }
  for await (const { text, documents, tooLong = 0, failed = 0 } of encoded(
    options,
    skips ? (bad) => void badInputs.push(bad) : refuseBadInput,
  )) {
    const isHeldOut = splitDocument(chosen, { id: text, text: '' }).heldOut !== undefined
    leftOut.tooLong += tooLong
    leftOut.failed += failed
    for (const document of documents) {
      ;(isHeldOut ? heldOut : train).add(document)
      progress.tokens += document.tokens.length
      sinceTurn += document.tokens.length
      if (!isHeldOut) for (let t = 1; t < document.mask.length; t++) learned += document.mask[t]!
    }
    progress.documents++
    progress.bytes = Math.min(progress.bytes + Buffer.byteLength(text), files.totalBytes)
    if (sinceTurn < tokensPerTurn) continue
    sinceTurn = 0
    onProgress?.({ ...progress })
    await setImmediate()
    signal?.throwIfAborted()
  }
  train.finish()
  heldOut.finish()
  onProgress?.({ ...progress })
  await writeJson(join(directory, factsFile), { ...leftOut, learned, badInputs })
}

/**
 * Encodes records once, into tokens and masks of a training and a held-out side, and opens them. A second call with the
 * same files, encoder, split and treatment of bad input reuses what is there.
 *
 * @throws UserError for bad input, a full or read-only disk, and corrupt files of a run before; the signal's reason when
 *   aborted
 */
export async function prepareMasked(options: PrepareMaskedOptions): Promise<PreparedMasked> {
  const { files, encoder, cacheDirectory, split, onBadInput } = options
  const { digest, vocabSize, endOfDocument } = encoder
  const identity = ['masked', version, SHARD_VERSION, files.digest, digest, vocabSize, endOfDocument]
  identity.push(split.seed, split.heldOutFraction, onBadInput)
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 24)
  const directory = join(cacheDirectory, key)
  if (!existsSync(directory)) await writeBeside(directory, (partial) => write(partial, options))
  const facts = join(directory, factsFile)
  const { badInputs, ...counts } = parseAs(factsSchema, await readJson(facts), facts)
  const train = await openMaskedShards(join(directory, 'train'))
  try {
    const heldOut = await openMaskedShards(join(directory, 'held-out'))
    return {
      ...counts,
      badInputs: badInputs.map(({ place, ...bad }) => (place === undefined ? bad : { ...bad, place })),
      train,
      heldOut,
      [Symbol.dispose]() {
        train[Symbol.dispose]()
        heldOut[Symbol.dispose]()
      },
    }
  } catch (error) {
    train[Symbol.dispose]()
    throw error
  }
}
