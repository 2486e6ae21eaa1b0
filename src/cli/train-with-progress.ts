import type { Engine } from '../engine/engine.ts'
import type { ProcessGroup } from '../files/process-group.ts'
import { parameterCounts } from '../nn/counts.ts'
import { type PreparedData, type PrepareEvent, prepareData } from '../train/prepare-data.ts'
import type { RunConfig } from '../train/run-config.ts'
import { type TrainingEvent, type TrainingResult, train } from '../train/train.ts'
import { textData } from '../train/training-data.ts'
import { compact, flops, grouped } from './number-format.ts'
import { type Progress, startProgress } from './progress.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Prepares a run's text, showing how far it is: process 0 first, so that the others find it done. */
export async function prepareTogether(
  group: ProcessGroup,
  ...[config, runDir, cacheDirectory, signal]: Parameters<typeof prepareWithProgress>
): Promise<PreparedData> {
  const done = 'the text is tokenised'
  if (group.id > 0) {
    await group.exchange(done)
    return prepareData(config, { runDir, cacheDirectory, signal })
  }
  const data = await prepareWithProgress(config, runDir, cacheDirectory, signal)
  try {
    await group.exchange(done)
    return data
  } catch (error) {
    data[Symbol.dispose]()
    throw error
  }
}

/** Prepares a run's text, showing how far it is. */
export async function prepareWithProgress(
  config: RunConfig,
  runDir: string,
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<PreparedData> {
  let progress: Progress | null = null
  let shown: PrepareEvent['kind'] | null = null
  const onEvent = (event: PrepareEvent): void => {
    const total = event.kind === 'tokenizer' ? event.total : event.progress.totalBytes
    if (total === undefined) return
    if (event.kind !== shown) {
      progress?.finish('tokenizer trained')
      progress = startProgress(event.kind === 'tokenizer' ? 'tokenizer' : 'tokenising', total)
      shown = event.kind
    }
    if (event.kind === 'tokenizer') progress?.update(event.done)
    else progress?.update(event.progress.bytes, `${grouped(event.progress.tokens)} tokens`)
  }
  const data = await prepareData(config, { runDir, cacheDirectory, signal, onEvent })
  const tokens = data.train.reduce((sum, { stream }) => sum + stream.tokenCount, 0)
  const line = `text: ${grouped(tokens)} training tokens of ${data.bytesPerToken.toFixed(2)} bytes, ${grouped(data.heldOut.tokenCount)} held out`
  if (progress === null) say(line)
  else (progress as Progress).finish(line)
  if (data.badInputs.length > 0) say(`${data.badInputs.length} bad inputs were skipped`)
  return data
}

/** `loss 3.91 · 1.32 bits/byte · 6.1K tokens/s · 84 GFLOP/s` */
function stepNote(
  { record, timing }: TrainingEvent & { kind: 'step' },
  bytesPerToken: number,
  heldOut: number | null,
): string {
  const bits = record.loss / Math.LN2 / bytesPerToken
  const parts = [
    `loss ${record.loss.toFixed(3)}`,
    `${bits.toFixed(3)} bits/byte`,
    ...(heldOut === null ? [] : [`held out ${heldOut.toFixed(3)}`]),
    `${compact(timing.tokensPerSecond)} tokens/s`,
    `${flops(timing.flopsPerSecond)}/s`,
  ]
  return parts.join(' · ')
}

/** Trains; process 0 shows loss, speed and time left. */
export async function trainWithProgress(
  config: RunConfig,
  runDir: string,
  engine: Engine,
  data: PreparedData,
  resume: boolean,
  signal: AbortSignal,
  group: ProcessGroup,
): Promise<TrainingResult> {
  const counts = parameterCounts(config.model)
  let progress: Progress | null = null
  let heldOut: number | null = null
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind === 'compiled') {
      say(
        `model: ${compact(counts.total)} parameters, ${compact(counts.activated)} active; ` +
          `a step of ${grouped(event.equations)} equations compiled in ${event.seconds.toFixed(1)} s`,
      )
      if (event.resumedFrom > 0) say(`resumed after step ${event.resumedFrom}`)
      progress = startProgress('training', config.steps)
    } else if (event.kind === 'step') {
      heldOut = event.record.heldOut?.bitsPerByte ?? heldOut
      progress?.update(event.record.step + 1, stepNote(event, data.bytesPerToken, heldOut))
    }
  }
  let result: TrainingResult | null = null
  try {
    result = await train({
      config,
      runDir,
      engine,
      data: textData(config, data.train, data.heldOut),
      tokenizerDirectory: data.tokenizerDirectory,
      resume,
      signal,
      group,
      ...(group.id === 0 ? { onEvent } : {}),
    })
    return result
  } finally {
    const done =
      result === null
        ? 'training stopped'
        : `trained ${grouped(result.steps)} steps, ${grouped(result.tokens)} tokens`
    ;(progress as Progress | null)?.finish(done)
  }
}
