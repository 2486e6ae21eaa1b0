import { wilsonInterval } from '../../eval/intervals.ts'
import { type Html, html } from '../html.ts'
import { grouped, percent } from '../number-text.ts'

/** So many of so many. */
export interface ShareBar {
  /** For those who hear the page, and where the group has one bar without a legend. */
  readonly name: string
  readonly color: string
  readonly count: number
  readonly total: number
}

export interface BarGroup {
  readonly name: string
  readonly bars: readonly ShareBar[]
  /** Set apart from the others: the sum of them. */
  readonly strong?: boolean
}

const width = (share: number): string => `${(100 * share).toFixed(1)}%`

/** `62% (54% to 70%)`; `–` for none tried. */
export function shareWithInterval(count: number, total: number): string {
  const interval = wilsonInterval(count, total)
  return interval === null
    ? '–'
    : `${percent(count / total)} (${percent(interval.low)} to ${percent(interval.high)})`
}

function bar({ name, color, count, total }: ShareBar): Html {
  const interval = wilsonInterval(count, total)
  const spoken = `${name}: ${total === 0 ? 'none' : `${percent(count / total)}, ${grouped(count)} of ${grouped(total)}`}`
  return html`
<div role="img" aria-label="${spoken}"><span>${
    interval &&
    html`<i style="width:${width(count / total)};background:${color}"></i><b style="left:${width(interval.low)};width:${width(interval.high - interval.low)}"></b>`
  }</span><small>${total === 0 ? '–' : percent(count / total)}</small></div>`
}

/** Shares from 0 to 100% as bars, in groups; thin lines over them are Wilson's 95% intervals. */
export const shareBars = (groups: readonly BarGroup[]): Html => html`
<table class="shares"><tbody>${groups.map(
  ({ name, bars, strong }) => html`
<tr${strong === true && html` class="own"`}><th scope="row">${name}</th><td>${bars.map(bar)}</td></tr>`,
)}</tbody></table>`
