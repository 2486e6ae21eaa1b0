import type { Corpus } from '../../data/corpus.ts'
import type { JobProgress, Jobs, Stage } from '../../jobs/stage.ts'
import type { UnitOutput } from '../pipeline/units/unit-resources.ts'
import type { TokenCounter } from './count-pre-tokens.ts'
import { rephraseMode } from './rephrase-mode.ts'
import { type RephraseResult, type RephraseSettings, type RephraseUnit, unitsOf } from './rephrase-unit.ts'
import { type SplitSizes, splitText } from './split-text.ts'

export interface RephraseCorpusOptions {
  readonly jobs: Pick<Jobs, 'run'>
  readonly stage: Stage<RephraseUnit, UnitOutput<RephraseResult>>
  readonly settings: RephraseSettings
  readonly corpus: Corpus
  /** Rewritings of each excerpt, all of different ways. */
  readonly perSource: number
  readonly sizes: SplitSizes
  readonly count: TokenCounter
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress) => void
}

/** One rewriting, with where its source stands. */
export interface Rephrased {
  /** Of the document in its corpus. */
  readonly source: string
  /** Which excerpt of the document, from 0. */
  readonly excerpt: number
  readonly way: string
  readonly text: string
  readonly result: RephraseResult
}

interface Place {
  readonly source: string
  readonly excerpt: number
}

/**
 * Rewrites every document of a corpus; results come in the order of the corpus, whatever the concurrency. Where no answer
 * came for a unit, its reason is `failed`; the next run asks again.
 *
 * @throws UserError for a corpus that cannot be read; what `jobs.run` throws
 */
export async function* rephraseCorpus(options: RephraseCorpusOptions): AsyncGenerator<Rephrased> {
  const { jobs, stage, settings, corpus, perSource, sizes, count, concurrency, signal, onProgress } = options
  const mode = rephraseMode(settings.mode, settings.language)
  /** Of units that were given to the jobs and have not come back. */
  const places: Place[] = []
  async function* units(): AsyncGenerator<RephraseUnit> {
    for await (const { id, text } of corpus.documents()) {
      for (const [excerpt, { chunks }] of splitText(text, sizes, count).entries())
        for (const unit of unitsOf(settings, mode, chunks, perSource)) {
          places.push({ source: id, excerpt })
          yield unit
        }
    }
  }
  const results = jobs.run(stage, units(), {
    retryDead: true,
    ...(concurrency !== undefined && { concurrency }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
  for await (const unit of results) {
    const { source, excerpt } = places.shift()!
    const result: RephraseResult = unit.ok
      ? unit.value.value
      : { status: 'rejected', reason: 'failed', problems: [unit.error], text: '' }
    yield { source, excerpt, way: unit.input.way.name, text: unit.input.chunks.join(''), result }
  }
}
