import { join } from 'node:path'
import type { Engine } from '../engine/engine.ts'
import { byteNgramBitsPerByte, trainByteNgram } from '../eval/byte-ngram.ts'
import { brotliBitsPerByte, xzBitsPerByte } from '../eval/xz.ts'
import { writeJson } from '../files/json-file.ts'
import { createGenerator } from '../generate/generate.ts'
import { parameterCounts } from '../nn/counts.ts'
import { meshSize } from '../train/engine-contradictions.ts'
import { openCorpora, readSide } from '../train/prepare-data.ts'
import type { Provenance } from '../train/provenance.ts'
import type { RunConfig } from '../train/run-config.ts'
import type { TrainingResult } from '../train/train.ts'
import { formatDuration } from './duration.ts'
import { generatorOptions } from './generator-options.ts'
import { loadTrainedModel } from './load-trained-model.ts'
import { writeAnswer, writeText } from './text-writer.ts'

export interface SummaryInput {
  readonly config: RunConfig
  readonly runDir: string
  readonly engine: Engine
  readonly result: TrainingResult
  readonly origin: Provenance
  readonly startedAt: Date
  readonly trainingSeconds: number
  /** FLOP/s of one large product on the engine. */
  readonly productRate: number
  readonly command: string
}

export interface Sample {
  readonly prompt: string
  readonly text: string
  readonly temperature: number
}

/** Bits a byte of the held-out text by programs that are not neural; xz is null where it is not installed. */
export interface Baselines {
  readonly xz: number | null
  readonly brotli: number
  readonly byte5gram: number
}

/** Training text that the 5-gram model sees, and held-out text that is compressed, at most. */
const baselineCharacters = 2 ** 25

/** What compressors and counting make of the same held-out text. */
export async function measureBaselines(config: RunConfig): Promise<Baselines> {
  const corpora = await openCorpora(config)
  const heldOut = await readSide(config, corpora, 'heldOut', baselineCharacters)
  const training = await readSide(config, corpora, 'train', baselineCharacters)
  const xz = await xzBitsPerByte(heldOut)
  return {
    xz: 'bitsPerByte' in xz ? xz.bitsPerByte : null,
    brotli: await brotliBitsPerByte(heldOut),
    byte5gram: await byteNgramBitsPerByte(await trainByteNgram(training), heldOut),
  }
}

/** Continuations of the config's prompts, or answers to them, by the run's last checkpoint. */
async function writeSamples({ config, runDir, engine }: SummaryInput): Promise<Sample[]> {
  if (config.samples.prompts.length === 0) return []
  const write = config.objective === 'pretrain' ? writeText : writeAnswer
  const model = await loadTrainedModel(runDir)
  using generator = createGenerator(engine, model.config, model.weights, generatorOptions(config.engine))
  const { prompts, ...options } = config.samples
  const samples: Sample[] = []
  for (const [seed, prompt] of prompts.entries()) {
    const { text } = await write(generator, model, prompt, { ...options, seed })
    samples.push({ prompt, text, temperature: options.temperature })
  }
  return samples
}

const bits = (value: number): string => `${value.toFixed(3)} bits/byte`

/** What the model came to on held-out data. */
function scoreLines({ heldOut, tasks = {} }: TrainingResult, baselines: Baselines | null): string[] {
  const shares = Object.entries(tasks).map(
    ([name, share]) => `${name.replaceAll('_', ' ').padEnd(16)}${share.toFixed(3)}`,
  )
  if (baselines === null)
    return [...(heldOut ? [`held-out loss   ${heldOut.loss.toFixed(3)} nats a token`] : []), ...shares]
  return [
    ...(heldOut ? [`held-out text   ${bits(heldOut.bitsPerByte)}`] : []),
    `  xz -9         ${baselines.xz === null ? 'not installed' : bits(baselines.xz)}`,
    `  byte 5-gram   ${bits(baselines.byte5gram)}`,
    ...shares,
  ]
}

/** Ends a finished run: baselines, samples, `summary.json`, and a few lines for the user. */
export async function summarise(input: SummaryInput): Promise<void> {
  const { config, runDir, result, origin } = input
  const isText = config.objective === 'pretrain'
  // Compressors see no roles: what they make of conversations says nothing.
  const baselines = isText ? await measureBaselines(config) : null
  const samples = await writeSamples(input)
  const { threads } = config.engine
  await writeJson(join(runDir, 'summary.json'), {
    preset: config.preset,
    objective: config.objective,
    parameters: parameterCounts(config.model),
    tokens: result.tokens,
    steps: result.steps,
    trainingSeconds: input.trainingSeconds,
    heldOut: result.heldOut,
    ...(baselines && { baselines }),
    ...(result.tasks && { tasks: result.tasks }),
    samples,
    machine: origin.machine,
    engine: {
      name: config.engine.name,
      threads: config.engine.name === 'xla' ? null : (threads ?? origin.machine.cores),
      devices: config.engine.name === 'xla' ? meshSize(config.mesh) : null,
      productRate: input.productRate,
    },
    memory: { peakRss: process.resourceUsage().maxRSS * 1024, ...result.memory },
    git: origin.git,
    version: origin.version,
    command: input.command,
    startedAt: input.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
  })
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  say('')
  for (const line of scoreLines(result, baselines)) say(line)
  say(`training took   ${formatDuration(input.trainingSeconds)}`)
  for (const { prompt, text } of samples) say(`\n> ${prompt}${text.replaceAll('\n', '\n  ')}`)
}
