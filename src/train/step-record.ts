import type { DeviceBuffer } from '../engine/engine.ts'
import type { HeldOutScore } from './evaluation.ts'
import { type HyperName, type MetricName, metricNames } from './step.ts'

/** One line of metrics.jsonl: values that depend on the run alone, not on the machine's speed. */
export type StepRecord = {
  readonly step: number
  /** Tokens seen after this step. */
  readonly tokens: number
  /** Nats a token, before the update. */
  readonly loss: number
  readonly learningRate: number
  readonly balanceLoss: number
  readonly gradientNorm: number
  readonly muonUpdateRms: number
  readonly adamUpdateRms: number
  /** After each layer. */
  readonly hiddenRms: readonly number[]
  /** Largest attention logit, [layer][head]. */
  readonly maxLogits: readonly (readonly number[])[]
  /** Heads that QK-Clip scaled, by layer. */
  readonly headsClipped: readonly number[]
  /** Tokens of each expert, [expert layer][expert]. */
  readonly expertLoads: readonly (readonly number[])[]
  /** Selection bias after the step, [expert layer][expert]. */
  readonly routerBias: readonly (readonly number[])[]
  readonly heldOut?: HeldOutScore
  /** Shares of tasks solved, by name. */
  readonly tasks?: Readonly<Record<string, number>>
}

const rows = (data: ArrayLike<number>, width: number): number[][] =>
  width === 0
    ? []
    : Array.from({ length: data.length / width }, (_, i) =>
        Array.from({ length: width }, (_, j) => data[i * width + j]!),
      )

/**
 * Reads a step's metrics off the engine.
 *
 * @param metrics in the order of `metricNames`  @param biases of the router, by expert layer
 */
export async function readStep(
  step: number,
  tokens: number,
  hyper: Readonly<Record<HyperName, number>>,
  metrics: readonly DeviceBuffer[],
  biases: readonly DeviceBuffer[],
): Promise<StepRecord> {
  // All at once: each is a small copy, and what takes time is that it was asked for.
  const [read, readBiases] = await Promise.all(
    [metrics, biases].map((buffers) => Promise.all(buffers.map((buffer) => buffer.read()))),
  )
  const host = new Map<MetricName, { data: ArrayLike<number>; width: number }>()
  for (const [i, name] of metricNames.entries())
    host.set(name, { data: read![i]!, width: metrics[i]!.shape.at(-1) ?? 1 })
  const number = (name: MetricName): number => host.get(name)!.data[0]!
  const matrix = (name: MetricName): number[][] => rows(host.get(name)!.data, host.get(name)!.width)
  return {
    step,
    tokens,
    loss: number('loss'),
    learningRate: hyper.learningRate,
    balanceLoss: number('balanceLoss'),
    gradientNorm: number('gradientNorm'),
    muonUpdateRms: number('muonUpdateRms'),
    adamUpdateRms: number('adamUpdateRms'),
    hiddenRms: Array.from(host.get('hiddenRms')!.data),
    maxLogits: matrix('maxLogits'),
    headsClipped: Array.from(host.get('headsClipped')!.data),
    expertLoads: matrix('expertLoads'),
    routerBias: readBiases!.map((bias) => Array.from(bias)),
  }
}

/**
 * Where a step stopped being finite, for people; null where it is finite. The residual stream after each layer shows the
 * first bad layer of the forward pass.
 */
export function nonFinitePlace({ loss, gradientNorm, hiddenRms, maxLogits }: StepRecord): string | null {
  const bad = (x: number): boolean => !Number.isFinite(x)
  const layer = hiddenRms.findIndex((rms, l) => bad(rms) || (maxLogits[l]?.some(bad) ?? false))
  if (layer >= 0) {
    const where = maxLogits[layer]?.some(bad) ? 'attention' : 'feed-forward'
    return `layer ${layer} (${where}) of the forward pass`
  }
  if (bad(loss)) return 'the loss, after the last layer'
  return bad(gradientNorm) ? 'the gradients; the forward pass is finite' : null
}
