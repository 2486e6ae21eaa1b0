import type { RoleCost, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { html } from '../html.ts'
import { decimals, grouped } from '../number-text.ts'
import type { Section } from '../section.ts'

const sum = (costs: readonly RoleCost[], of: (cost: RoleCost) => number): number =>
  costs.reduce((total, cost) => total + of(cost), 0)

const numbers = [
  ['requests', ({ requests }: RoleCost) => requests],
  ['tokens read', ({ promptTokens }: RoleCost) => promptTokens],
  ['tokens written', ({ completionTokens }: RoleCost) => completionTokens],
] as const

/** What the models took, by role. */
export function costsSection({ costs }: SynthReportData): Section | null {
  if (costs.length === 0) return null
  const priced = costs.some(({ cost }) => cost > 0)
  return {
    id: 'costs',
    title: 'What the models took',
    body: html`
<div class="scroll"><table class="numbers">
<thead><tr><th scope="col">role</th><th scope="col">model</th>${numbers.map(([name]) => html`<th scope="col">${name}</th>`)}${priced && html`<th scope="col">cost</th>`}</tr></thead>
<tbody>${costs.map(
      (cost) => html`
<tr><th scope="row">${cost.role}</th><td>${cost.model}</td>${numbers.map(([, of]) => html`<td>${grouped(of(cost))}</td>`)}${priced && html`<td>${decimals(cost.cost, 2)}</td>`}</tr>`,
    )}
<tr class="sum"><th scope="row">all</th><td></td>${numbers.map(([, of]) => html`<td>${grouped(sum(costs, of))}</td>`)}${
      priced &&
      html`<td>${decimals(
        sum(costs, ({ cost }) => cost),
        2,
      )}</td>`
    }</tr></tbody>
</table></div>
${priced && html`<p class="note">Costs are in the currency of the prices that were given.</p>`}`,
  }
}
