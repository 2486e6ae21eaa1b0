import { Command, InvalidArgumentError, Option } from 'commander'
import type { Prices } from '../../roles/endpoint-account.ts'
import { languageCodes } from '../../synth/rephrase/fidelity/languages.ts'
import { modeNames } from '../../synth/rephrase/rephrase-mode.ts'
import { k2Sizes } from '../../synth/rephrase/split-text.ts'
import { UserError } from '../../user-error.ts'
import { interruptedCode, onInterrupt } from '../interruption.ts'
import { grouped } from '../number-format.ts'
import { nonNegative, positiveInteger, positiveNumber, wholeNumber } from '../option-values.ts'
import type { RephraseOptions } from '../rephrase-options.ts'
import type { RephraseSummary } from '../run-rephrase.ts'
import { formatTable } from '../table.ts'
import type { ReadyShards } from '../write-data-config.ts'

function answerSeconds(text: string): number {
  const value = positiveNumber(text)
  if (value > 300) throw new InvalidArgumentError('Give seconds, above 0 and up to 300.')
  return value
}

const share = (part: number, whole: number): string =>
  `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(1)}%`

const priceForm = 'Give prices per million tokens, as in 0.6,2.5 (of what is read, of what is written).'

function pricesOf(text: string): Prices {
  const prices = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [input, output] = prices
  if (prices.length !== 2 || !prices.every((price) => Number.isFinite(price) && price >= 0))
    throw new InvalidArgumentError(priceForm)
  return { input: input!, output: output! }
}

function summaryText({ accepted, rejected, reasons, tokens, sources, cost }: RephraseSummary): string {
  const made = accepted + rejected
  const rows = [
    ['accepted', grouped(accepted), share(accepted, made)],
    ...Object.entries(reasons).map(([reason, count]) => [
      `rejected: ${reason}`,
      grouped(count),
      share(count, made),
    ]),
  ]
  const sourceTokens = sources.reduce((sum, source) => sum + source.tokens, 0)
  return [
    formatTable(rows, { align: ['left', 'right', 'right'] }),
    `${grouped(sourceTokens)} source tokens, ${grouped(tokens)} rephrased; ${grouped(cost.requests)} answers, ` +
      `${grouped(cost.promptTokens)} tokens read and ${grouped(cost.completionTokens)} written by models` +
      (cost.usd === 0 ? '' : `, cost ${cost.usd.toFixed(4)}`),
  ].join('\n')
}

const shardsText = ({ directory, description }: ReadyShards): string =>
  `shards for tsukimi pretrain are in ${directory}: ${description}`

async function rephrase(paths: readonly string[], options: RephraseOptions): Promise<void> {
  const { facts, out } = options
  if (facts !== undefined && paths.length > 0)
    throw new UserError(`give --facts or texts (${paths.join(', ')}), not both`)
  if (facts === undefined && paths.length === 0)
    throw new UserError('what is to be rephrased? Give sotu, files or directories, or --facts <n>')
  const { runFacts, runRephrase } = await import('../run-rephrase.ts')
  using interruption = onInterrupt('Stopping; the same command goes on from here. Ctrl-C again ends at once.')
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  try {
    if (facts !== undefined) {
      const shards = await runFacts(facts, options, interruption.signal)
      say(`wrote ${out}; train on it with: tsukimi pretrain ${out}/data.yaml --out <run>`)
      if (shards !== null) say(shardsText(shards))
      return
    }
    const { summary, shards } = await runRephrase(paths, options, interruption.signal)
    say(
      options.json
        ? JSON.stringify({ ...summary, ...(shards && { shards }) }, null, 2)
        : summaryText(summary),
    )
    if (shards !== null && !options.json) say(shardsText(shards))
    if (summary.accepted > 0) return
    process.stderr.write(
      `error: no rewriting was accepted; ${out}/rejects.jsonl has them with their reasons\n`,
    )
    process.exitCode = 1
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.exitCode = interruptedCode
  }
}

/** `tsukimi rephrase`: texts told again by a model, held against their sources, as a corpus to train on. */
export const rephraseCommand = (): Command =>
  new Command('rephrase')
    .description(
      'let a model tell texts again in many ways, keep what is faithful, write it as training data',
    )
    .argument('[paths...]', 'sotu, files (.txt, .md, .jsonl, .parquet) or directories')
    .requiredOption(
      '--out <directory>',
      'of rephrased.jsonl, rejects.jsonl, summary.json, data.yaml and the tokenizer',
    )
    .option('--base-url <url>', 'OpenAI-compatible endpoint that rephrases')
    .option('--model <name>', 'its model')
    .option('--api-key-env <name>', 'environment variable with its key')
    .option('--prices <read,written>', 'per million tokens, to count the cost', pricesOf)
    .option('--judge-base-url <url>', 'endpoint that judges; the same without it')
    .option('--judge-model <name>', 'its model; the same without it')
    .option(
      '--judge-api-key-env <name>',
      'environment variable with its key; without it --api-key-env where the endpoint is the same',
    )
    .option('--judge-prices <read,written>', 'the same without it where the model is the same', pricesOf)
    .option('--no-judge', 'let the rules alone decide')
    .addOption(
      new Option('--mode <mode>', 'what becomes of the texts').choices(modeNames).default('knowledge'),
    )
    .addOption(
      new Option('--language <code>', 'that translations are into').choices(languageCodes).default('en'),
    )
    .option('--per-source <n>', 'most rewritings of a text; 2 without it', positiveInteger)
    .option(
      '--weight <w>',
      'how often a rephrased token is drawn for a source token drawn once',
      positiveNumber,
      1,
    )
    .option(
      '--facts <n>',
      'without a model: write a corpus about n people, rephrased by templates',
      positiveInteger,
    )
    .option('--text-field <name>', 'of JSON lines, or column of Parquet files', 'text')
    .option(
      '--tokenizer <directory>',
      'that counts tokens and makes shards; without it pre-tokens are counted',
    )
    .option('--excerpt-tokens <n>', 'most tokens rewritten as one', positiveInteger, k2Sizes.excerptTokens)
    .option('--chunk-tokens <n>', 'most tokens rewritten at a time', positiveInteger, k2Sizes.chunkTokens)
    .option('--temperature <t>', 'of rewriting', nonNegative, 0.8)
    .option('--concurrency <n>', 'most excerpts at a time', positiveInteger, 16)
    .option('--timeout <s>', 'seconds for one answer', answerSeconds, 180)
    .option('--retries <n>', 'more attempts after an error', wholeNumber, 5)
    .option('--seed <s>', 'of the choice of ways and of answers', wholeNumber, 0)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ tsukimi rephrase articles.jsonl --out data/rephrased --base-url http://localhost:8000/v1 --model kimi-k2\n  $ tsukimi pretrain data/rephrased/data.yaml --out runs/x',
    )
    .action(rephrase)
