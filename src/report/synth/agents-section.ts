import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { columnChart } from '../charts/column-chart.ts'
import { halfChart } from '../charts/svg-chart.ts'
import { type Html, html } from '../html.ts'
import { decimals, grouped, percent } from '../number-text.ts'
import { definitions, type Section, smallFigure } from '../section.ts'

type Agents = SynthReportData['agents']

const sizes = (agents: Agents): Html => {
  const entries = Object.entries(agents.sizes).map(([size, count]) => [Number(size), count] as const)
  const [least, most] = [Math.min(...entries.map(([n]) => n)), Math.max(...entries.map(([n]) => n))]
  const names = Array.from({ length: most - least + 1 }, (_, i) => least + i)
  return smallFigure(
    'Agents by number of tools',
    halfChart(
      columnChart({
        id: 'agent-sizes',
        label: 'Agents by number of tools',
        names: names.map(String),
        series: [{ color: 'var(--accent)', values: names.map((size) => agents.sizes[size] ?? 0) }],
      }),
      180,
    ),
  )
}

const ngrams = (agents: Agents): Html => html`
<figure class="small"><h3>Different ones among the words of system messages</h3>
<table class="numbers"><tbody>${['words', 'pairs', 'triples', 'quadruples'].map(
  (name, i) => html`<tr><th scope="row">${name}</th><td>${percent(agents.distinctNgrams[i])}</td></tr>`,
)}</tbody></table></figure>`

/** How different agents are from each other. */
export function agentsSection({ agents }: SynthReportData): Section | null {
  if (agents.agents === 0) return null
  return {
    id: 'agents',
    title: 'Agents',
    body: html`
${definitions([
  ['agents', grouped(agents.agents)],
  ['with a set of tools that no other has', percent(agents.ownToolSets)],
  ['distance of two system messages', decimals(agents.promptDistance, 2)],
  ['overlap of the tools of two agents of one application', decimals(agents.toolOverlap, 2)],
])}
<div class="halves above">${Object.keys(agents.sizes).length > 0 && sizes(agents)}${ngrams(agents)}</div>
<p class="note">The distance is 1 less the Jaccard similarity of the word triples, the overlap the Jaccard similarity of the tools, both on average over drawn pairs.</p>`,
  }
}
