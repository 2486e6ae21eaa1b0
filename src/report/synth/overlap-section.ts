import type { ContaminationReport, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { type Html, html } from '../html.ts'
import { grouped, percent } from '../number-text.ts'
import { definitions, type Section } from '../section.ts'

/** Shown one by one. */
const mostFindings = 50

const compared = ({ sets }: ContaminationReport): string =>
  sets.length === 0 ? 'with nothing: no evaluation set was named' : sets.join(', ')

function findings({ findings: found, count }: ContaminationReport): Html | null {
  if (found.length === 0) return null
  const shown = found.slice(0, mostFindings)
  return html`
<details><summary>Contaminated trajectories</summary><div class="scroll"><table class="numbers">
<thead><tr><th scope="col">trajectory</th><th scope="col">has a stretch of</th></tr></thead>
<tbody>${shown.map(({ trajectory, evaluation }) => html`<tr><th scope="row">${trajectory}</th><td>${evaluation}</td></tr>`)}</tbody>
</table></div>${count > shown.length && html`<p class="note">And ${grouped(count - shown.length)} more.</p>`}</details>`
}

/** What is there twice, and what evaluation sets have too. */
export function overlapSection({
  tools,
  duplicates,
  trajectories,
  contamination,
}: SynthReportData): Section | null {
  if (tools.before === 0 && trajectories.count === 0) return null
  return {
    id: 'overlap',
    title: 'Near-duplicates and contamination',
    body: html`
${definitions([
  [
    'near-duplicates among the tools',
    `${percent(tools.nearDuplicateShare)}: ${grouped(tools.before - tools.count)} of ${grouped(tools.before)}`,
  ],
  ['near-duplicates among the trajectories', grouped(duplicates)],
  ['compared with evaluation sets', compared(contamination)],
  [
    'evaluation texts that are not looked for',
    contamination.tooShort ? `${grouped(contamination.tooShort)}: of fewer than 5 words` : undefined,
  ],
  ['contaminated trajectories', contamination.sets.length === 0 ? undefined : grouped(contamination.count)],
])}
<p class="note">All of these are left out.</p>
${findings(contamination)}`,
  }
}
