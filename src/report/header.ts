import { armTotal, type TaskArm } from '../eval/task-results.ts'
import {
  heldOutBitsPerByte,
  modelName,
  progress,
  stepsDone,
  tokensSeen,
  trainingSeconds,
  typicalRate,
} from './facts.ts'
import { type Html, html } from './html.ts'
import { moon } from './moon.ts'
import { compact, counted, decimals, duration, flopRate, grouped, moment, percent } from './number-text.ts'
import { configNumber, isOfText, type RunData } from './run-data.ts'
import { baseOf, mainArm } from './task-arms.ts'

interface Tile {
  readonly name: string
  readonly value: string
  readonly note?: string | undefined
}

function heldOutLoss({ summary, steps }: RunData): Tile | undefined {
  const loss = summary?.heldOut?.loss ?? steps.findLast(({ heldOut }) => heldOut?.loss != null)?.heldOut?.loss
  return typeof loss === 'number'
    ? { name: 'held-out loss', value: decimals(loss, 3), note: 'nats a learned token' }
    : undefined
}

function againstXz(run: RunData): Tile | undefined {
  if (!isOfText(run)) return heldOutLoss(run)
  const value = heldOutBitsPerByte(run)
  if (value === undefined) return undefined
  const xz = run.summary?.baselines?.xz
  const note =
    typeof xz !== 'number' || xz <= 0
      ? undefined
      : `${percent(Math.abs(1 - value / xz))} ${value <= xz ? 'below' : 'above'} xz -9 (${decimals(xz, 3)})`
  return { name: 'held-out bits per byte', value: decimals(value, 3), note }
}

function tasksTile({ tasks }: RunData): Tile | undefined {
  const arm = tasks === null ? undefined : mainArm(tasks)
  if (tasks === null || arm === undefined) return undefined
  const share = (of: TaskArm): string => percent(armTotal(of).solved / armTotal(of).tried)
  const base = baseOf(tasks, arm)
  const enforced = `${arm.enforced ? 'with' : 'without'} the enforcer`
  return {
    name: 'held-out tasks solved',
    value: share(arm),
    note: base === undefined ? enforced : `${enforced}; base model ${share(base)}`,
  }
}

function parametersTile({ summary }: RunData): Tile | undefined {
  const { total, activated } = summary?.parameters ?? {}
  if (total === undefined) return undefined
  return {
    name: 'parameters',
    value: compact(total),
    note: activated === undefined ? undefined : `${compact(activated)} active for a token`,
  }
}

function tokensTile(run: RunData): Tile | undefined {
  const tokens = tokensSeen(run)
  return tokens === undefined
    ? undefined
    : { name: 'tokens seen', value: compact(tokens), note: `in ${counted(stepsDone(run), 'step')}` }
}

function timeTile(run: RunData): Tile | undefined {
  const seconds = trainingSeconds(run)
  const { cores } = run.summary?.machine ?? {}
  const { devices } = run.summary?.engine ?? {}
  const computers =
    typeof devices === 'number' ? counted(devices, 'accelerator') : cores && counted(cores, 'core')
  return seconds === undefined
    ? undefined
    : {
        name: 'training time',
        value: duration(seconds),
        note: computers ? `on ${computers}` : undefined,
      }
}

function rateTile(run: RunData): Tile | undefined {
  const rate = typicalRate(run, 'tokensPerSecond')
  return rate === undefined
    ? undefined
    : { name: 'tokens per second', value: compact(rate), note: 'median step' }
}

function flopsTile(run: RunData): Tile | undefined {
  const rate = typicalRate(run, 'flopsPerSecond')
  const product = run.summary?.engine?.productRate
  if (rate === undefined) return undefined
  const note =
    typeof product === 'number' && product > 0
      ? `${percent(rate / product)} of the engine's matrix product`
      : undefined
  return { name: 'model arithmetic', value: flopRate(rate), note }
}

/** Two rows of three; what matters most comes first. */
const mostTiles = 6

/** What the run came to. */
function tiles(run: RunData): Html | null {
  const found = [tasksTile, againstXz, parametersTile, tokensTile, timeTile, rateTile, flopsTile]
    .flatMap((tile) => tile(run) ?? [])
    .slice(0, mostTiles)
  if (found.length === 0) return null
  return html`
<ul class="tiles">${found.map(
    ({ name, value, note }) =>
      html`<li><span>${name}</span><strong>${value}</strong>${note !== undefined && html`<small>${note}</small>`}</li>`,
  )}</ul>`
}

function status(run: RunData): Html {
  const planned = configNumber(run, 'steps')
  const { finishedAt } = run.summary ?? {}
  const done = stepsDone(run)
  if (finishedAt !== undefined)
    return html`${counted(done, 'step')}, finished <time>${moment(finishedAt)}</time>`
  if (planned !== undefined && done < planned)
    return html`step ${grouped(done)} of ${grouped(planned)}, not finished`
  return html`${counted(done, 'step')}`
}

/** Steps that went wrong, said first. */
function warning({ steps }: RunData): Html | null {
  const broken = steps.filter(({ loss }) => loss === null || (loss !== undefined && !Number.isFinite(loss)))
  if (broken.length === 0) return null
  return html`<p class="warning">The loss was not a number in ${counted(broken.length, 'step')}, first in step ${grouped(broken[0]!.step)}.</p>`
}

export const header = (run: RunData): Html => html`
<header>
<div class="title">${moon(progress(run))}<div><h1>${modelName(run)}</h1><p>${run.name !== modelName(run) && `${run.name} · `}${status(run)}</p></div></div>
${warning(run)}${tiles(run)}
</header>`
