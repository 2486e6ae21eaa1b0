import { join } from 'node:path'
import { maskVocabulary } from './masked-documents.ts'
import type { MaskedDocument } from './memory-masked-documents.ts'
import { createShardWriter, type ShardWriterOptions } from './shard-writer.ts'
import { openShards, type Shards } from './shards.ts'

/** Streams of the same documents: their tokens, and which of them are learned. */
export interface MaskedShards extends Disposable {
  readonly tokens: Shards
  readonly mask: Shards
}

export interface MaskedShardWriter extends Disposable {
  readonly add: (document: MaskedDocument) => void
  readonly finish: () => void
}

/** Writes tokens and masks as shards of their own, below a new directory. @throws UserError as `createShardWriter` */
export function maskedShardWriter(directory: string, options: ShardWriterOptions): MaskedShardWriter {
  const tokens = createShardWriter(join(directory, 'tokens'), options)
  const mask = createShardWriter(join(directory, 'mask'), {
    ...options,
    vocabSize: maskVocabulary.size,
    endOfDocument: maskVocabulary.endOfDocument,
  })
  return {
    add: (document) => {
      tokens.add(document.tokens, document.bytes)
      mask.add(document.mask, document.bytes)
    },
    finish: () => {
      tokens.finish()
      mask.finish()
    },
    [Symbol.dispose]() {
      tokens[Symbol.dispose]()
      mask[Symbol.dispose]()
    },
  }
}

/** Opens what {@link maskedShardWriter} wrote, mapped into memory. @throws UserError as `openShards` */
export async function openMaskedShards(directory: string): Promise<MaskedShards> {
  const tokens = await openShards(join(directory, 'tokens'))
  try {
    const mask = await openShards(join(directory, 'mask'))
    return {
      tokens,
      mask,
      [Symbol.dispose]() {
        tokens[Symbol.dispose]()
        mask[Symbol.dispose]()
      },
    }
  } catch (error) {
    tokens[Symbol.dispose]()
    throw error
  }
}
