import type { ReportStage, StageYield, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { type Html, html } from '../html.ts'
import { duration, grouped, percent } from '../number-text.ts'
import type { Section } from '../section.ts'

/** What is counted before and after a stage. */
const counted: Readonly<Record<ReportStage, readonly [input: string, output: string]>> = {
  tools: ['drawn and imported', 'without near-duplicates'],
  agents: ['asked for', 'made'],
  tasks: ['asked for', 'proved by their plan'],
  trajectories: ['tasks × samples', 'run to their end'],
  filter: ['trajectories', 'kept'],
}

const row = ({ stage, input, output, seconds }: StageYield): Html => {
  const share = input === 0 ? null : output / input
  return html`
<tr><th scope="row">${stage}</th><td><i class="bar" style="width:${(100 * Math.min(1, share ?? 0)).toFixed(1)}%"></i></td><td>${percent(share)}</td><td>${grouped(input)}<br><small>${counted[stage][0]}</small></td><td>${grouped(output)}<br><small>${counted[stage][1]}</small></td><td>${duration(seconds)}</td></tr>`
}

/** What went into each stage and what came out. */
export function funnelSection({ stages }: SynthReportData): Section | null {
  if (stages.length === 0) return null
  return {
    id: 'stages',
    title: 'What the stages gave',
    body: html`
<div class="scroll"><table class="numbers funnel">
<thead><tr>${['stage', '', 'yield', 'in', 'out', 'work'].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${stages.map(row)}</tbody>
</table></div>
<p class="note">Work is the time of all units of a stage together, over all runs of the command; workers share it.</p>`,
  }
}
