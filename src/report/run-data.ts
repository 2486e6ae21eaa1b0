import { z } from 'zod'
import type { TaskResults } from '../eval/task-results.ts'

/** JSON has no NaN and no infinities: a value that was not finite is null. */
const value = z.number().nullable().optional()
const values = z.array(z.number().nullable())
const matrix = z.array(values)

/** A line of `metrics.jsonl`. L layers, H heads, M layers with experts, E experts. */
export const stepRecordSchema = z.object({
  step: z.number(),
  /** Seen after the step. */
  tokens: value,
  /** Nats a token. */
  loss: value,
  learningRate: value,
  gradientNorm: value,
  muonUpdateRms: value,
  adamUpdateRms: value,
  balanceLoss: value,
  /** [L]: RMS of the residual stream after each layer. */
  hiddenRms: values.optional(),
  /** [L][H], before clipping. */
  maxLogits: matrix.optional(),
  /** [L] */
  headsClipped: values.optional(),
  /** [M][E], in any unit. */
  expertLoads: matrix.optional(),
  /** [M][E] */
  routerBias: matrix.optional(),
  heldOut: z.object({ loss: value, bitsPerByte: value }).nullish(),
  /** Shares of tasks solved, by name. */
  tasks: z.record(z.string(), z.number().nullable()).optional(),
})

/** A line of `timings.jsonl`. */
export const timingSchema = z.object({
  step: z.number(),
  /** By the name of the part. */
  seconds: z.record(z.string(), z.number().nullable()).optional(),
  tokensPerSecond: value,
  flopsPerSecond: value,
})

/** `summary.json`, written when a run ends. */
export const summarySchema = z
  .object({
    preset: z.string(),
    parameters: z.object({ total: z.number(), activated: z.number() }).partial(),
    tokens: z.number(),
    steps: z.number(),
    trainingSeconds: z.number(),
    heldOut: z.object({ loss: value, bitsPerByte: value, bytes: value, tokens: value }).nullable(),
    /** Bits per byte on the same held-out text. */
    baselines: z.object({ xz: value, brotli: value, byte5gram: value }),
    samples: z.array(
      z.object({
        prompt: z.string(),
        /** What follows the prompt; the prompt at its beginning is not shown again. */
        text: z.string(),
        temperature: z.number().optional(),
      }),
    ),
    machine: z
      .object({
        cpu: z.string(),
        cores: z.number(),
        platform: z.string(),
        node: z.string(),
        onnxruntime: z.string(),
        memoryGiB: z.number(),
      })
      .partial(),
    engine: z
      .object({
        name: z.string(),
        threads: z.number().nullable(),
        /** Accelerators; null or missing where the processor's cores computed. */
        devices: z.number().nullable(),
        /** FLOP/s of large matrix products on all devices of the run. */
        productRate: z.number().nullable(),
      })
      .partial(),
    /** Bytes. */
    memory: z.object({ peakRss: value, intermediates: value, buffers: value }),
    git: z.object({ commit: z.string(), dirty: z.boolean() }).partial().nullable(),
    version: z.string(),
    command: z.union([z.string(), z.array(z.string())]),
    startedAt: z.string(),
    finishedAt: z.string(),
  })
  .partial()

type Plain<T> = T extends readonly (infer I)[]
  ? readonly Plain<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T

export type StepRecord = Plain<z.output<typeof stepRecordSchema>>
export type Timing = Plain<z.output<typeof timingSchema>>
export type RunSummary = Plain<z.output<typeof summarySchema>>

/** All that a report is made of. Runs that have not ended lack the summary, young ones the rest. */
export interface RunData {
  /** The name of the run's directory. */
  readonly name: string
  /** As the file says it: a report can be made of runs of other versions. */
  readonly config: Readonly<Record<string, unknown>> | null
  /** In order of step. */
  readonly steps: readonly StepRecord[]
  readonly timings: readonly Timing[]
  readonly summary: RunSummary | null
  /** Of held-out tasks, where the run's model was tried on some. */
  readonly tasks: TaskResults | null
}

/** A number in the config at a path such as `optimizer.tau`; undefined where there is none. */
export function configNumber({ config }: RunData, path: string): number | undefined {
  const found = configValue(config, path)
  return typeof found === 'number' ? found : undefined
}

/** A text in the config at a path. */
export function configText({ config }: RunData, path: string): string | undefined {
  const found = configValue(config, path)
  return typeof found === 'string' ? found : undefined
}

/** Whether the run learned text, as all runs did that do not say what they learned. */
export const isOfText = (run: RunData): boolean => (configText(run, 'objective') ?? 'pretrain') === 'pretrain'

const configValue = (config: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], config)
