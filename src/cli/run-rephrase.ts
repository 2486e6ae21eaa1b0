import { mkdir } from 'node:fs/promises'
import { openCorpus } from '../data/corpus.ts'
import { fileError } from '../files/file-errors.ts'
import { writeJson } from '../files/json-file.ts'
import { openJobs } from '../jobs/open-jobs.ts'
import type { JobProgress } from '../jobs/stage.ts'
import { probeRoles } from '../roles/probe-roles.ts'
import { openRoles, type RolesConfig } from '../roles/role-config.ts'
import { createUnitResources } from '../synth/pipeline/units/unit-resources.ts'
import { type CorpusSizes, corpusSizes } from '../synth/rephrase/corpus-sizes.ts'
import { countPreTokens, type TokenCounter } from '../synth/rephrase/count-pre-tokens.ts'
import { drawSheets } from '../synth/rephrase/facts/draw-sheets.ts'
import { people } from '../synth/rephrase/facts/people.ts'
import { factFiles, writeFacts } from '../synth/rephrase/facts/write-facts.ts'
import { type RephraseCorpusOptions, rephraseCorpus } from '../synth/rephrase/rephrase-corpus.ts'
import { rephraseMode } from '../synth/rephrase/rephrase-mode.ts'
import { rephraseStage } from '../synth/rephrase/rephrase-stage.ts'
import { rephraseRoles } from '../synth/rephrase/rephrase-unit.ts'
import { type RephraseCounts, rephraseFiles, writeRephrased } from '../synth/rephrase/write-rephrased.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { loadTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { UserError } from '../user-error.ts'
import { startProgress } from './progress.ts'
import type { RephraseOptions } from './rephrase-options.ts'
import { rephraseRolesOf, saveRephraseRoles } from './rephrase-roles.ts'
import { type ReadyShards, writeDataConfig } from './write-data-config.ts'

export interface RephraseSummary extends RephraseCounts {
  readonly sources: readonly { readonly path: string; readonly tokens: number }[]
  readonly cost: JobProgress['cost']
}

export interface RephraseOutcome {
  readonly summary: RephraseSummary
  /** Null without a tokenizer. */
  readonly shards: ReadyShards | null
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw fileError(error, 'create', path)
  })
}

const tokenizerOf = async ({ tokenizer }: RephraseOptions): Promise<Tokenizer | null> =>
  tokenizer === undefined ? null : loadTokenizer(tokenizer)

const counterOf = (tokenizer: Tokenizer | null): TokenCounter =>
  tokenizer === null ? countPreTokens : (text) => tokenizer.encodeToArray(text).length

function rewritingsOf({ perSource, mode, language }: RephraseOptions): number {
  const ways = rephraseMode(mode, language).ways.length
  if (perSource === undefined) return Math.min(2, ways)
  if (perSource <= ways) return perSource
  throw new UserError(
    `--per-source ${perSource}: there ${ways === 1 ? 'is 1 way' : `are ${ways} ways`} of ${mode} to write a text; give at most ${ways}`,
  )
}

/** Rewrites a corpus as durable jobs in `--out`, showing how far it is. */
async function rewrite(
  options: RephraseOptions,
  roles: RolesConfig,
  total: number,
  rephrasing: Omit<RephraseCorpusOptions, 'jobs' | 'stage' | 'settings' | 'onProgress'>,
): Promise<RephraseCounts & { readonly cost: JobProgress['cost'] }> {
  const { out, textField, mode, language, seed, temperature } = options
  const maxTokens = 4 * options.chunkTokens + 256
  const settings = { mode, language, seed, temperature, maxTokens, roles: rephraseRoles(roles, mode) }
  await using resources = createUnitResources(roles)
  const stage = rephraseStage(resources)
  await using jobs = await openJobs({ directory: out })
  const progress = startProgress('rephrasing', total)
  let last = 'stopped'
  let cost: JobProgress['cost'] = { promptTokens: 0, completionTokens: 0, requests: 0, usd: 0 }
  const onProgress = (state: JobProgress): void => {
    cost = state.cost
    progress.update(state.done, state.failed === 0 ? '' : `${state.failed} failed`)
  }
  try {
    const rewritings = rephraseCorpus({ ...rephrasing, jobs, stage, settings, onProgress })
    const counts = await writeRephrased(rewritings, { directory: out, textField, count: rephrasing.count })
    last = `${counts.accepted} of ${total} rewritings accepted`
    return { ...counts, cost }
  } finally {
    progress.finish(last)
  }
}

/** How much there is of each corpus. */
async function sizesOf(
  paths: readonly string[],
  options: RephraseOptions,
  count: TokenCounter,
  signal: AbortSignal,
): Promise<readonly CorpusSizes[]> {
  const sizes: CorpusSizes[] = []
  for (const path of paths) {
    const corpus = await openCorpus({ paths: [path], textField: options.textField })
    sizes.push(await corpusSizes(corpus, options, count, signal))
  }
  return sizes
}

/**
 * Rewrites corpora and writes what became of them to `--out`; with a tokenizer also their shards.
 *
 * @throws UserError for bad input, an endpoint that does not answer, and options that contradict each other
 */
export async function runRephrase(
  paths: readonly string[],
  options: RephraseOptions,
  signal: AbortSignal,
): Promise<RephraseOutcome> {
  const { out, textField, concurrency } = options
  const perSource = rewritingsOf(options)
  const roles = rephraseRolesOf(options)
  const tokenizer = await tokenizerOf(options)
  const count = counterOf(tokenizer)
  const corpus = await openCorpus({ paths, textField })
  await probeRoles(openRoles(roles), signal)
  const sizes = await sizesOf(paths, options, count, signal)
  await makeDirectory(out)
  await saveRephraseRoles(out, roles)
  const total = perSource * sizes.reduce((sum, { excerpts }) => sum + excerpts, 0)
  const rephrasing = { corpus, perSource, sizes: options, count, concurrency, signal }
  const counts = await rewrite(options, roles, total, rephrasing)
  const files = rephraseFiles(out)
  const sources = paths.map((path, i) => ({ path, tokens: sizes[i]!.tokens }))
  const summary = { ...counts, sources }
  const weighted = [
    ...sources.map((source) => ({ ...source, weight: 1 })),
    ...(counts.tokens === 0
      ? []
      : [{ path: files.rephrased, tokens: counts.tokens, weight: options.weight }]),
  ]
  await writeJson(files.summary, summary)
  const data = { out, path: files.config, sources: weighted, textField, tokenizer, signal }
  return { summary, shards: await writeDataConfig(data) }
}

/** Writes a corpus of facts, its rephrasings and questions, without any model; with a tokenizer also shards. */
export async function runFacts(
  sheetCount: number,
  options: RephraseOptions,
  signal: AbortSignal,
): Promise<ReadyShards | null> {
  const { out, seed, perSource = 2, weight } = options
  const tokenizer = await tokenizerOf(options)
  const count = counterOf(tokenizer)
  await makeDirectory(out)
  const texts = await writeFacts(people, drawSheets(people, sheetCount, seed), {
    directory: out,
    perSource,
    seed,
  })
  const files = factFiles(out)
  const tokens = (some: readonly string[]) => some.reduce((sum, text) => sum + count(text), 0)
  const sources = [
    { path: files.facts, tokens: tokens(texts.facts), weight: 1 },
    { path: files.rephrased, tokens: tokens(texts.rephrased), weight },
  ]
  return writeDataConfig({ out, path: files.config, sources, textField: 'text', tokenizer, signal })
}
