import { setImmediate } from 'node:timers/promises'
import type { Corpus } from '../../data/corpus.ts'
import type { TokenCounter } from './count-pre-tokens.ts'
import { type SplitSizes, splitText } from './split-text.ts'

export interface CorpusSizes {
  readonly tokens: number
  readonly excerpts: number
}

/**
 * Reads a corpus through, so that what is wrong with it is known before anything is asked for.
 *
 * @throws UserError for a corpus that cannot be read; the signal's reason after the document at which it aborts
 */
export async function corpusSizes(
  corpus: Pick<Corpus, 'documents'>,
  sizes: SplitSizes,
  count: TokenCounter,
  signal: AbortSignal,
): Promise<CorpusSizes> {
  let [tokens, excerpts] = [0, 0]
  for await (const { text } of corpus.documents()) {
    // Ctrl-C is heard between two turns of the event loop only.
    await setImmediate()
    signal.throwIfAborted()
    tokens += count(text)
    excerpts += splitText(text, sizes, count).length
  }
  return { tokens, excerpts }
}
