import type { DeadUnit, StageStatus } from '../jobs/stage.ts'
import { grouped } from './number-format.ts'
import { formatTable } from './table.ts'

const heading = ['stage', 'queued', 'active', 'done', 'dead', 'attempts', 'tokens', 'cost', 'rate']
const money = (usd: number): string => (usd === 0 ? '–' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`)

function rate(perSecond: number): string {
  if (perSecond === 0) return '–'
  return perSecond < 1 ? `${(60 * perSecond).toFixed(1)}/min` : `${perSecond.toFixed(1)}/s`
}

/** A line for each stage; tokens are those of prompts and of answers. */
export function stageTable(stages: readonly StageStatus[]): string {
  if (stages.length === 0) return 'no stage has run yet'
  const rows = stages.map(
    ({ stage, version, queued, active, done, dead, attempts, cost, rate: perSecond }) => [
      `${stage} ${version}`,
      ...[queued, active, done, dead, attempts].map(grouped),
      `${grouped(cost.promptTokens)} + ${grouped(cost.completionTokens)}`,
      money(cost.usd),
      rate(perSecond),
    ],
  )
  return formatTable([heading, ...rows], { align: ['left', ...heading.slice(1).map(() => 'right' as const)] })
}

/** A line for each dead unit, with the error of its last attempt. */
export const deadTable = (units: readonly DeadUnit[]): string =>
  units.length === 0
    ? 'no unit is dead'
    : formatTable([
        ['stage', 'unit', 'attempts', 'error'],
        ...units.map(({ stage, version, key, attempts, error }) => [
          `${stage} ${version}`,
          key.slice(0, 12),
          String(attempts),
          error.replaceAll(/\s+/g, ' '),
        ]),
      ])
