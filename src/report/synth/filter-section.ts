import { isGoodPlanting, type PlantedCounts, type VerdictCounts } from '../../synth/judge/planted-counts.ts'
import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countTable } from '../charts/count-table.ts'
import { type BarGroup, shareBars, shareWithInterval } from '../charts/share-bars.ts'
import { type Html, html } from '../html.ts'
import { grouped } from '../number-text.ts'
import { definitions, type Section } from '../section.ts'
import { inWords } from './synth-facts.ts'

const verdicts = ['keep', 'reject', 'undecided', 'void'] as const

const all = ({ keep, reject, undecided, void: nothing }: VerdictCounts): number =>
  keep + reject + undecided + nothing

/** Kinds of what is planted, with the verdicts that are right for them. */
const kinds = [
  {
    title: 'Good trajectories that are kept',
    color: 'var(--accent)',
    is: isGoodPlanting,
    right: ({ keep }: VerdictCounts) => keep,
  },
  {
    title: 'Planted mistakes of the assistant that are caught',
    color: 'var(--second)',
    is: (label: string) => label.startsWith('mistake '),
    right: (counts: VerdictCounts) => all(counts) - counts.keep,
  },
  {
    title: "Planted faults of user and tools that are told from the assistant's",
    color: 'var(--reference)',
    is: (label: string) => label.startsWith('user fault ') || label.startsWith('tool fault '),
    right: (counts: VerdictCounts) => counts.void,
  },
] as const

const labelText = (label: string): string =>
  label === 'none' ? 'nothing planted' : inWords(label.replace(/^(?:mistake|variant) /, ''))

const bar = (name: string, color: string, count: number, total: number): BarGroup => ({
  name,
  bars: [{ name, color, count, total }],
})

function kindBars(
  { byPlanting }: PlantedCounts,
  { title, color, is, right }: (typeof kinds)[number],
): Html | null {
  const rows = Object.entries(byPlanting)
    .filter(([label, counts]) => is(label) && all(counts) > 0)
    .toSorted(([a, x], [b, y]) => right(x) / all(x) - right(y) / all(y) || (a < b ? -1 : 1))
  if (rows.length === 0) return null
  const sum = (of: (counts: VerdictCounts) => number): number =>
    rows.reduce((total, [, counts]) => total + of(counts), 0)
  return html`
<h3>${title}</h3>
${shareBars([
  ...(rows.length > 1 ? [{ ...bar('all', color, sum(right), sum(all)), strong: true }] : []),
  ...rows.map(([label, counts]) => bar(labelText(label), color, right(counts), all(counts))),
])}`
}

const table = ({ byPlanting }: PlantedCounts): Html =>
  countTable({
    head: 'planted',
    rows: Object.keys(byPlanting).toSorted(),
    columns: verdicts,
    rowName: (label) => (label === 'none' ? 'nothing' : inWords(label)),
    count: (label, verdict) => byPlanting[label]?.[verdict as (typeof verdicts)[number]] ?? 0,
  })

const ofAll = (count: number, total: number): string | undefined =>
  total === 0 ? undefined : `${shareWithInterval(count, total)}: ${grouped(count)} of ${grouped(total)}`

const about = { id: 'filter', title: 'How right the filter is' }

/** There is nothing to measure by where models had the episodes. */
const notMeasured = (count: number): Section | null =>
  count === 0
    ? null
    : {
        ...about,
        body: html`<p class="note">Not measured: where a model takes part in episodes, as user, tools or assistant, nothing is planted into them, so there are no precision and recall. A run of procedural roles with the same judge has them.</p>`,
      }

/** How right the judge is on trajectories of which it is known what is wrong with them. */
export function filterSection({ planted, trajectories }: SynthReportData): Section | null {
  const { truePositives: right, falsePositives, falseNegatives, trueNegatives } = planted
  if (right + falsePositives + falseNegatives + trueNegatives === 0) return notMeasured(trajectories.count)
  return {
    ...about,
    body: html`
${definitions([
  ['precision: good ones among those kept', ofAll(right, right + falsePositives)],
  ['recall: kept ones among the good', ofAll(right, right + falseNegatives)],
  ['bad ones that are not kept', ofAll(trueNegatives, trueNegatives + falsePositives)],
  ['faults of user and tools found', ofAll(planted.simulatorFaultsFound, planted.simulatorFaults)],
  ['void without such a fault', planted.falselyVoid === 0 ? undefined : grouped(planted.falselyVoid)],
])}
<p class="note">Known mistakes and faults were planted in trajectories; the judge is not told of them. Intervals and thin lines are Wilson's of 95%. Precision depends on how much was planted, the shares below do not.</p>
${kinds.map((kind) => kindBars(planted, kind))}
<details><summary>Verdicts in numbers</summary>${table(planted)}</details>`,
  }
}
