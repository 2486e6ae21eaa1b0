import { wilsonInterval } from '../eval/intervals.ts'
import type { PlantedCounts } from '../synth/judge/planted-counts.ts'
import type { StageRun } from '../synth/pipeline/pipeline.ts'
import type { StageRecord } from '../synth/pipeline/stage-record.ts'
import type { CountsByName, RoleCost } from '../synth/pipeline/synth-report-data.ts'
import { formatDuration } from './duration.ts'
import { grouped } from './number-format.ts'
import { formatTable } from './table.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

function stageTable(runs: readonly StageRun[]): string {
  const rows = runs.map(({ record: { stage, input, output, seconds }, isFresh }) => [
    stage,
    grouped(input),
    grouped(output),
    input === 0 ? '–' : percent(output / input),
    formatDuration(seconds),
    isFresh && seconds > 0 ? `${grouped(Math.round(output / seconds))}/s` : 'up to date',
  ])
  return formatTable([['stage', 'in', 'out', 'yield', 'time', 'rate'], ...rows], {
    align: ['left', 'right', 'right', 'right', 'right', 'right'],
  })
}

/** Reasons, the commonest first. */
function countTable(title: string, counts: CountsByName, most = 12): string {
  const all = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  const others = all.slice(most).reduce((sum, [, count]) => sum + count, 0)
  const rows = [...all.slice(0, most), ...(others === 0 ? [] : [['others', others] as const])]
  return rows.length === 0
    ? ''
    : `${title}\n${formatTable(
        rows.map(([name, count]) => [name, grouped(count)]),
        { align: ['left', 'right'], indent: '  ' },
      )}`
}

const measured = (name: string, successes: number, trials: number): readonly string[] => {
  const bounds = wilsonInterval(successes, trials)
  return bounds === null
    ? [name, '–', 'nothing planted']
    : [
        name,
        percent(successes / trials),
        `${grouped(successes)} of ${grouped(trials)}, 95%: ${percent(bounds.low)} to ${percent(bounds.high)}`,
      ]
}

const notPlanted =
  'precision and recall are not measured: where a model takes part in episodes, nothing is planted into them'

/** How the judge did against what was planted. */
function plantedTable(planted: PlantedCounts): string {
  const { truePositives, falsePositives, falseNegatives, simulatorFaults, simulatorFaultsFound } = planted
  if (Object.keys(planted.byPlanting).length === 0) return notPlanted
  return `against what was planted\n${formatTable(
    [
      measured('precision', truePositives, truePositives + falsePositives),
      measured('recall', truePositives, truePositives + falseNegatives),
      measured('simulator faults told apart', simulatorFaultsFound, simulatorFaults),
    ],
    { align: ['left', 'right'], indent: '  ' },
  )}`
}

function costTable(costs: readonly RoleCost[]): string {
  if (costs.length === 0) return ''
  const heading = ['role', 'model', 'answers', 'tokens read', 'written', 'cost']
  const rows = costs.map(({ role, model, requests, promptTokens, completionTokens, cost }) => [
    role,
    model,
    ...[requests, promptTokens, completionTokens].map(grouped),
    cost === 0 ? '–' : cost.toFixed(cost < 1 ? 4 : 2),
  ])
  return formatTable([heading, ...rows], { align: ['left', 'left', 'right', 'right', 'right', 'right'] })
}

function lostText({ stage, lost }: StageRecord): string {
  const table = countTable(`lost in ${stage}; the same command tries them again`, lost)
  return table
}

const countsIn = (record: StageRecord, key: string): CountsByName =>
  (record.details[key] ?? {}) as CountsByName

function problemList(title: string, { details }: StageRecord, key: string): string {
  const problems = (details[key] ?? []) as readonly string[]
  return problems.length === 0 ? '' : [title, ...problems.map((problem) => `  ${problem}`)].join('\n')
}

const tooShortText = (count: number): string =>
  count === 0
    ? ''
    : `${grouped(count)} evaluation ${count === 1 ? 'text has' : 'texts have'} fewer than 5 words: nothing was compared with ${count === 1 ? 'it' : 'them'}`

function detailTexts(record: StageRecord): readonly string[] {
  const { stage, details } = record
  const notExecutable = Number(details.notExecutable ?? 0)
  const tables: Readonly<Record<StageRecord['stage'], () => readonly string[]>> = {
    tools: () => [
      countTable('tools of MCP servers that were not taken', countsIn(record, 'importRejections')),
      problemList('tools of MCP servers that could not be had', record, 'importProblems'),
      countTable('answers that could not be used', countsIn(record, 'rejected')),
    ],
    agents: () => [
      notExecutable === 0
        ? ''
        : `${grouped(notExecutable)} tools have no semantics and are left out: only a model can play them (roles tool_simulator, task_writer, assistant)`,
      countTable('answers that could not be used', countsIn(record, 'rejected')),
    ],
    tasks: () => [countTable('draws of tasks that were given up', countsIn(record, 'oracleRejections'))],
    trajectories: () => [],
    filter: () => [
      countTable('not kept', countsIn(record, 'rejections')),
      tooShortText(Number(details.tooShort ?? 0)),
      plantedTable(details.planted as PlantedCounts),
    ],
  }
  return tables[stage]()
}

/** What stages did: a line each, then reasons, measures and costs. */
export function synthText(runs: readonly StageRun[]): string {
  const records = runs.map(({ record }) => record)
  const parts = [
    stageTable(runs),
    ...records.flatMap(detailTexts),
    ...records.map(lostText),
    costTable(records.flatMap(({ costs }) => costs)),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** How many units were lost in which stages; null where none were. */
export function lostLine(runs: readonly StageRun[]): string | null {
  const losses = runs.flatMap(({ record: { stage, lost } }) => {
    const units = Object.values(lost).reduce((a, b) => a + b, 0)
    return units === 0 ? [] : [`${grouped(units)} in ${stage}`]
  })
  return losses.length === 0
    ? null
    : `units were lost (${losses.join(', ')}); the same command tries them again`
}
