import type { Histogram } from '../trajectory/histogram.ts'
import type { Counts, TrajectorySummary } from '../trajectory/trajectory-counter.ts'
import { grouped } from './number-format.ts'
import type { TrajectorySurvey } from './survey-trajectories.ts'
import { formatTable } from './table.ts'
import { harmless } from './terminal-text.ts'

/** Names of a kind that are shown, the most frequent first. */
const mostNames = 10

function countsText(counts: Counts): string {
  const rows = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  const shown = rows.slice(0, mostNames).map(([name, count]) => `${name}: ${grouped(count)}`)
  const more = rows.length - shown.length
  return [...shown, ...(more > 0 ? [`${grouped(more)} more`] : [])].join(', ')
}

const rangeText = ({ count, sum, minimum, maximum }: Histogram): string =>
  count === 0
    ? ''
    : `${grouped(sum)}; ${grouped(minimum!)} to ${grouped(maximum!)}, mean ${(sum / count).toFixed(1)}`

function rewardText({ judged, mean }: TrajectorySummary['rewards']): string {
  return mean === null ? '' : `mean ${mean.toFixed(3)} of ${grouped(judged)} that were judged`
}

const partsText = (parts: TrajectorySummary['parts']): string =>
  Object.entries(parts)
    .map(([name, { count, passed }]) => `${name}: ${grouped(passed)} of ${grouped(count)} passed`)
    .join(', ')

const summaryRows = (summary: TrajectorySummary): [string, string][] => [
  ['trajectories', grouped(summary.count)],
  ['messages', rangeText(summary.messages)],
  ['characters', rangeText(summary.characters)],
  [
    'tokens',
    summary.tokens.recorded === 0
      ? ''
      : `${grouped(summary.tokens.recorded)} recorded, ${grouped(summary.tokens.sampled)} of them sampled`,
  ],
  ['calls', summary.calls.sum === 0 ? '' : rangeText(summary.calls)],
  ['tools called', countsText(summary.tools)],
  ['outcomes', countsText(summary.outcomes)],
  ['ended by', countsText(summary.stops)],
  ['faults', countsText(summary.faults)],
  ['rewards', rewardText(summary.rewards)],
  ['checks', partsText(summary.parts)],
  ...Object.entries(summary.labels).map(([label, counts]): [string, string] => [
    `label ${label}`,
    countsText(counts),
  ]),
]

function duplicateLines({ nearDuplicates: found }: TrajectorySurvey): string[] {
  if (found === undefined) return []
  const head = `near-duplicates of an earlier one: ${grouped(found.count)} (similarity ${found.threshold} or more)`
  return ['', head, ...found.first.map(({ id, of }) => `  ${id} is like ${of}`), ...moreLine(found)]
}

function contaminationLines({ contamination: found }: TrajectorySurvey): string[] {
  if (found === undefined) return []
  const short =
    found.tooShort === 0 ? '' : ` (evaluation texts too short to be looked for: ${grouped(found.tooShort)})`
  return [
    '',
    `with a stretch of ${found.sets.join(', ')}: ${grouped(found.count)}${short}`,
    ...found.first.map(({ id, evaluation, words }) => `  ${id} has ${words} words of ${evaluation}`),
    ...moreLine(found),
  ]
}

const moreLine = ({ count, first }: { readonly count: number; readonly first: readonly unknown[] }) =>
  count > first.length ? [`  and ${grouped(count - first.length)} more`] : []

/** A survey to read. */
export function trajectorySurveyText(survey: TrajectorySurvey): string {
  const rows = summaryRows(survey.summary).filter(([, value]) => value !== '')
  return harmless([formatTable(rows), ...duplicateLines(survey), ...contaminationLines(survey)].join('\n'))
}
