import { mkdir } from 'node:fs/promises'
import { type Corpus, openCorpus } from '../data/corpus.ts'
import { writeBytesAtomic } from '../files/atomic-file.ts'
import { fileError } from '../files/file-errors.ts'
import { writeJson } from '../files/json-file.ts'
import { openJobs } from '../jobs/open-jobs.ts'
import type { JobProgress } from '../jobs/stage.ts'
import { probeRoles } from '../roles/probe-roles.ts'
import { openRoles, type Roles } from '../roles/role-config.ts'
import { countPreTokens, type TokenCounter } from '../synth/rephrase/count-pre-tokens.ts'
import { dataConfig, type WeightedSource } from '../synth/rephrase/data-config.ts'
import { drawSheets } from '../synth/rephrase/facts/draw-sheets.ts'
import { people } from '../synth/rephrase/facts/people.ts'
import { factFiles, writeFacts } from '../synth/rephrase/facts/write-facts.ts'
import { type RephraseCorpusOptions, rephraseCorpus } from '../synth/rephrase/rephrase-corpus.ts'
import { type RephraseMode, rephraseMode } from '../synth/rephrase/rephrase-mode.ts'
import { rephraseStage } from '../synth/rephrase/rephrase-stage.ts'
import { type SplitSizes, splitText } from '../synth/rephrase/split-text.ts'
import { type RephraseCounts, rephraseFiles, writeRephrased } from '../synth/rephrase/write-rephrased.ts'
import { loadTokenizer } from '../tokenizer/tokenizer-directory.ts'
import { UserError } from '../user-error.ts'
import { startProgress } from './progress.ts'
import type { RephraseOptions } from './rephrase-options.ts'

export interface RephraseSummary extends RephraseCounts {
  readonly sources: readonly { readonly path: string; readonly tokens: number }[]
  readonly cost: JobProgress['cost']
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw fileError(error, 'create', path)
  })
}

async function counterOf({ tokenizer }: RephraseOptions): Promise<TokenCounter> {
  if (tokenizer === undefined) return countPreTokens
  const { encodeToArray } = await loadTokenizer(tokenizer)
  return (text) => encodeToArray(text).length
}

/** Reads a corpus through, so that what is wrong with it is known before anything is asked for. */
async function sizesOf(
  corpus: Corpus,
  perSource: number,
  sizes: SplitSizes,
  count: TokenCounter,
): Promise<{ readonly tokens: number; readonly units: number }> {
  let [tokens, units] = [0, 0]
  for await (const { text } of corpus.documents()) {
    tokens += count(text)
    units += perSource * splitText(text, sizes, count).length
  }
  return { tokens, units }
}

function rewritingsOf({ perSource }: RephraseOptions, mode: RephraseMode): number {
  const ways = mode.ways.length
  if (perSource === undefined) return Math.min(2, ways)
  if (perSource <= ways) return perSource
  throw new UserError(
    `--per-source ${perSource}: there ${ways === 1 ? 'is 1 way' : `are ${ways} ways`} of ${mode.name} to write a text; give at most ${ways}`,
  )
}

const sameUrl = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '')

function rolesOf(options: RephraseOptions): Roles {
  const { baseUrl, model, apiKeyEnv, judgeBaseUrl = baseUrl, judgeModel = model } = options
  if (baseUrl === undefined || model === undefined)
    throw new UserError(
      'who rephrases? Give an endpoint, as in `--base-url http://127.0.0.1:8000/v1 --model NAME`; without one there is --facts only',
    )
  // A key is for the endpoint that it was given for.
  const judgeKey = options.judgeApiKeyEnv ?? (sameUrl(judgeBaseUrl!, baseUrl) ? apiKeyEnv : undefined)
  const role = (base_url: string, name: string, key: string | undefined) => ({
    base_url,
    model: name,
    ...(key !== undefined && { api_key_env: key }),
    max_concurrency: options.concurrency,
    timeout_seconds: options.timeout,
    retries: options.retries,
  })
  return openRoles({
    tool_designer: 'procedural',
    agent_designer: 'procedural',
    task_writer: 'procedural',
    user: 'procedural',
    tool_simulator: 'procedural',
    assistant: 'procedural',
    rephraser: role(baseUrl, model, apiKeyEnv),
    judge: options.judge ? role(judgeBaseUrl!, judgeModel!, judgeKey) : 'procedural',
  })
}

const configText = (sources: readonly WeightedSource[], textField: string, out: string): string =>
  `# tsukimi pretrain ${out}/data.yaml\n${dataConfig(sources, textField)}`

/** Rewrites a corpus as durable jobs in `--out`, showing how far it is. */
async function rewrite(
  options: RephraseOptions,
  total: number,
  rephrasing: Omit<RephraseCorpusOptions, 'jobs' | 'onProgress'>,
): Promise<RephraseCounts & { readonly cost: JobProgress['cost'] }> {
  const { out, textField } = options
  await using jobs = await openJobs({ directory: out })
  const progress = startProgress('rephrasing', total)
  let last = 'stopped'
  let cost: JobProgress['cost'] = { promptTokens: 0, completionTokens: 0, requests: 0, usd: 0 }
  const onProgress = (state: JobProgress): void => {
    cost = state.cost
    progress.update(state.done, state.failed === 0 ? '' : `${state.failed} failed`)
  }
  try {
    const rewritings = rephraseCorpus({ ...rephrasing, jobs, onProgress })
    const counts = await writeRephrased(rewritings, { directory: out, textField, count: rephrasing.count })
    last = `${counts.accepted} of ${total} rewritings accepted`
    return { ...counts, cost }
  } finally {
    progress.finish(last)
  }
}

/**
 * Rewrites corpora and writes what became of them to `--out`.
 *
 * @throws UserError for bad input, an endpoint that does not answer, and options that contradict each other
 */
export async function runRephrase(
  paths: readonly string[],
  options: RephraseOptions,
  signal: AbortSignal,
): Promise<RephraseSummary> {
  const { out, seed, textField, temperature, concurrency } = options
  const mode = rephraseMode(options.mode, options.language)
  const perSource = rewritingsOf(options, mode)
  const roles = rolesOf(options)
  const count = await counterOf(options)
  const corpora = await Promise.all(paths.map((path) => openCorpus({ paths: [path], textField })))
  await probeRoles(roles, signal)
  const sizes: { readonly tokens: number; readonly units: number }[] = []
  for (const corpus of corpora) sizes.push(await sizesOf(corpus, perSource, options, count))
  await makeDirectory(out)
  const maxTokens = 4 * options.chunkTokens + 256
  const [rephraser, judge] = [roles.role('rephraser')!, roles.role('judge')]
  const total = sizes.reduce((sum, { units }) => sum + units, 0)
  const counts = await rewrite(options, total, {
    stage: rephraseStage({ mode, rephraser, judge, seed, temperature, maxTokens, concurrency }),
    mode,
    corpus: await openCorpus({ paths, textField }),
    perSource,
    sizes: options,
    count,
    seed,
    signal,
  })
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
  await writeBytesAtomic(files.config, configText(weighted, textField, out))
  return summary
}

/** Writes a corpus of facts, its rephrasings and questions, without any model. */
export async function runFacts(count: number, options: RephraseOptions): Promise<void> {
  const { out, seed, perSource = 2, weight } = options
  await makeDirectory(out)
  const texts = await writeFacts(people, drawSheets(people, count, seed), { directory: out, perSource, seed })
  const files = factFiles(out)
  const tokens = (some: readonly string[]) => some.reduce((sum, text) => sum + countPreTokens(text), 0)
  const sources = [
    { path: files.facts, tokens: tokens(texts.facts), weight: 1 },
    { path: files.rephrased, tokens: tokens(texts.rephrased), weight },
  ]
  await writeBytesAtomic(files.config, configText(sources, 'text', out))
}
