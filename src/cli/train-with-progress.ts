import type { Engine } from '../engine/engine.ts'
import type { ProcessGroup } from '../files/process-group.ts'
import { parameterCounts } from '../nn/counts.ts'
import { type TrainingEvent, type TrainingResult, train } from '../train/train.ts'
import { UserError } from '../user-error.ts'
import { compact, flops, grouped } from './number-format.ts'
import type { ReadyRun } from './prepare-run.ts'
import { type Progress, startProgress } from './progress.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** The last evaluation: its score, in the unit of the objective, and shares of tasks. */
interface Evaluated {
  readonly score: number
  readonly tasks: Readonly<Record<string, number>>
}

const shareText = ([name, share]: readonly [string, number]): string =>
  `${name.replaceAll('_', ' ')} ${share.toFixed(2)}`

/** `step 475: held out 0.412 · solved 0.58 · single call 1.00 · parallel calls 0.50` */
const evaluationLine = (step: number, { score, tasks }: Evaluated): string =>
  [`step ${step}: held out ${score.toFixed(3)}`, ...Object.entries(tasks).map(shareText)].join(' · ')

/** `loss 3.91 · 1.32 bits/byte · held out 1.35 · 6.1K tokens/s · 84 GFLOP/s` */
function stepNote(
  { record, timing }: TrainingEvent & { kind: 'step' },
  bytesPerToken: number | null,
  evaluated: Evaluated | null,
): string {
  const { loss } = record
  const parts = [
    `loss ${loss.toFixed(3)}`,
    ...(bytesPerToken === null ? [] : [`${(loss / Math.LN2 / bytesPerToken).toFixed(3)} bits/byte`]),
    ...(evaluated === null ? [] : [`held out ${evaluated.score.toFixed(3)}`]),
    ...Object.entries(evaluated?.tasks ?? {})
      .slice(0, 1)
      .map(shareText),
    `${compact(timing.tokensPerSecond)} tokens/s`,
    `${flops(timing.flopsPerSecond)}/s`,
  ]
  return parts.join(' · ')
}

/** Training goes on where only what it is asked besides fails. */
function notTried(error: unknown): Readonly<Record<string, number>> {
  if (!(error instanceof UserError)) throw error
  say(`not evaluated: ${error.message}`)
  return {}
}

/** Trains; process 0 shows loss, speed and time left. */
export async function trainWithProgress(
  { config, data, training }: ReadyRun,
  runDir: string,
  engine: Engine,
  resume: boolean,
  signal: AbortSignal,
  group: ProcessGroup,
): Promise<TrainingResult> {
  const counts = parameterCounts(config.model)
  let progress: Progress | null = null
  const isText = config.objective === 'pretrain'
  let evaluated: Evaluated | null = null
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind === 'compiled') {
      say(
        `model: ${compact(counts.total)} parameters, ${compact(counts.activated)} active; ` +
          `a step of ${grouped(event.equations)} equations compiled in ${event.seconds.toFixed(1)} s`,
      )
      if (event.resumedFrom > 0) say(`resumed after step ${event.resumedFrom}`)
      progress = startProgress('training', config.steps)
    } else if (event.kind === 'step') {
      const { step, heldOut, tasks = {} } = event.record
      if (heldOut) {
        evaluated = { score: isText ? heldOut.bitsPerByte : heldOut.loss, tasks }
        if (Object.keys(tasks).length > 0) progress?.say(evaluationLine(step + 1, evaluated))
      }
      progress?.update(step + 1, stepNote(event, isText ? data.bytesPerToken : null, evaluated))
    }
  }
  using evaluation = await data.evaluateTasks?.(engine, config)
  let result: TrainingResult | null = null
  try {
    result = await train({
      config,
      runDir,
      engine,
      data: training,
      tokenizerDirectory: data.tokenizerDirectory,
      resume,
      signal,
      group,
      ...(evaluation && {
        evaluateTasks: (params, extent) => evaluation.score(params, extent, signal).catch(notTried),
      }),
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
