import type { CountsByName, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countBars } from '../charts/count-bars.ts'
import { countTable } from '../charts/count-table.ts'
import { type Html, html } from '../html.ts'
import type { Section } from '../section.ts'
import { crossed, familiesOf, inWords, verdictsOf } from './synth-facts.ts'

const verdictText: Readonly<Record<string, string>> = { keep: 'to keep', reject: 'rejected' }

function counts(title: string, of: CountsByName, most = 30): Html | null {
  const bars = countBars(
    Object.entries(of).map(([name, count]) => [inWords(name), count]),
    { most },
  )
  return bars && html`<div><h3>${title}</h3>${bars}</div>`
}

/** What trajectories are: family and verdict, how they ended, whose failure it was, what was planted. */
export function trajectoriesSection({ trajectories }: SynthReportData): Section | null {
  const { byFamilyAndVerdict, byPlanting, outcomes, faults, lost } = trajectories
  if (trajectories.count === 0) return null
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
<div class="halves">${counts('How they ended', outcomes)}${counts('Whose failure it was', faults)}</div>
${counts('What was planted', byPlanting, 60)}
${counts('Lost to errors', lost)}`,
  }
}
