import type { Lengths, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { binOf, type Histogram } from '../../trajectory/histogram.ts'
import { columnChart } from '../charts/column-chart.ts'
import { halfChart } from '../charts/svg-chart.ts'
import { type Html, html } from '../html.ts'
import { compact, grouped } from '../number-text.ts'
import { legend, type Section, smallFigure } from '../section.ts'

const quantities = {
  turns: 'Turns of user and assistant',
  calls: 'Calls',
  characters: 'Characters of contents and arguments',
} as const satisfies Record<keyof Lengths, string>

const groups = [
  { name: 'kept', color: 'var(--accent)' },
  { name: 'rejected', color: 'var(--second)' },
] as const

/** Beginnings of all bins from the least to the largest value, the empty ones too. */
function binsOf(histograms: readonly Histogram[]): readonly number[] {
  const bins = histograms.flatMap(({ bins: own }) => own)
  if (bins.length === 0) return []
  const last = Math.max(...bins.map(({ from }) => from))
  const found: number[] = []
  for (let at = Math.min(...bins.map(({ from }) => from)); at <= last; at = binOf(at).to) found.push(at)
  return found
}

/** A part of the histogram's own number in each bin. */
const sharesOf = ({ bins, count }: Histogram, places: readonly number[]): number[] => {
  const counts = new Map(bins.map((bin) => [bin.from, bin.count]))
  return places.map((from) => (count === 0 ? 0 : (counts.get(from) ?? 0) / count))
}

function chart(quantity: keyof Lengths, { kept, rejected }: SynthReportData['lengths']): Html {
  const histograms = [kept[quantity], rejected[quantity]]
  const places = binsOf(histograms)
  return smallFigure(
    quantities[quantity],
    halfChart(
      columnChart({
        id: `lengths-${quantity}`,
        label: `${quantities[quantity]}, kept and rejected trajectories`,
        names: places.map(compact),
        series: histograms.map((histogram, i) => ({
          color: groups[i]!.color,
          values: sharesOf(histogram, places),
        })),
        unit: 'share',
      }),
      180,
    ),
  )
}

const range = ({ minimum, maximum }: Histogram): string =>
  minimum === null
    ? '–'
    : minimum === maximum
      ? grouped(minimum)
      : `${grouped(minimum)} to ${grouped(maximum)}`

const mean = ({ sum, count }: Histogram): string =>
  count === 0 ? '–' : sum / count < 100 ? (sum / count).toFixed(1) : grouped(Math.round(sum / count))

function table(lengths: SynthReportData['lengths']): Html {
  const rows = (Object.keys(quantities) as (keyof Lengths)[]).flatMap((quantity) =>
    (['kept', 'rejected'] as const).map((group) => ({ group, quantity, of: lengths[group][quantity] })),
  )
  return html`
<figure class="small"><h3>In numbers</h3><div class="scroll"><table class="numbers">
<thead><tr><th scope="col"></th><th scope="col">mean</th><th scope="col">range</th></tr></thead>
<tbody>${rows.map(({ group, quantity, of }) => html`<tr><th scope="row">${quantity}, ${group}</th><td>${mean(of)}</td><td>${range(of)}</td></tr>`)}</tbody>
</table></div></figure>`
}

/** How long trajectories are. */
export function lengthsSection({ lengths }: SynthReportData): Section | null {
  if (lengths.kept.turns.count + lengths.rejected.turns.count === 0) return null
  return {
    id: 'lengths',
    title: 'Lengths',
    body: html`
${legend(groups)}
<div class="halves">${(Object.keys(quantities) as (keyof Lengths)[]).map((quantity) => chart(quantity, lengths))}${table(lengths)}</div>
<p class="note">Parts of the kept and of the rejected trajectories. Columns grow wider to the right, four to every doubling.</p>`,
  }
}
