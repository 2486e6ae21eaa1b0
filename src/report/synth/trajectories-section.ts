import type { CountsByName, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countBars } from '../charts/count-bars.ts'
import { countTable } from '../charts/count-table.ts'
import { type Html, html } from '../html.ts'
import type { Section } from '../section.ts'
import { crossed, familiesOf, inWords, verdictsOf } from './synth-facts.ts'

const verdictText: Readonly<Record<string, string>> = { keep: 'to keep', reject: 'rejected' }

const bars = (counts: CountsByName, most = 30): Html | null =>
  countBars(
    Object.entries(counts).map(([name, count]) => [inWords(name), count]),
    { most },
  )

function titled(title: string, counts: CountsByName): Html | null {
  const drawn = bars(counts)
  return drawn && html`<div><h3>${title}</h3>${drawn}</div>`
}

/** What trajectories are: family and verdict, how they ended, whose failure it was, what was planted. */
export function trajectoriesSection({ trajectories }: SynthReportData): Section | null {
  const { byFamilyAndVerdict, byPlanting, outcomes, faults, lost } = trajectories
  if (trajectories.count === 0) return null
  const planted = bars(byPlanting, 60)
  return {
    id: 'trajectories',
    title: 'Trajectories',
    body: html`
${
  byFamilyAndVerdict.length > 0 &&
  countTable({
    head: 'family',
    rows: familiesOf(byFamilyAndVerdict),
    columns: verdictsOf(byFamilyAndVerdict),
    rowName: inWords,
    columnName: (verdict) => verdictText[verdict] ?? verdict,
    count: crossed(byFamilyAndVerdict),
  })
}
<p class="note">Verdicts are the judge's; of those to keep, near-duplicates, contaminated ones and those over a cap go afterwards.</p>
<div class="halves">${titled('How they ended', outcomes)}${titled('Whose failure it was', faults)}</div>
${titled('Lost to errors', lost)}
${planted && html`<details><summary>What was planted</summary>${planted}</details>`}`,
  }
}
