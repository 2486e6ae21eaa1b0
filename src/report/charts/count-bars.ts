import { type Html, html } from '../html.ts'
import { counted, grouped } from '../number-text.ts'

export interface CountBarsOptions {
  /** Of the two columns; left out where a title says it. */
  readonly heads?: readonly [name: string, count: string]
  /** Rows that are shown; of the others, how many there are. Default 20. */
  readonly most?: number
}

const row = (name: string, count: number, largest: number): Html => html`
<tr><th scope="row">${name}</th><td><span class="bar" style="width:${((100 * count) / largest).toFixed(1)}%">${grouped(count)}</span></td></tr>`

/** How often each of some names came, as bars with their numbers, the largest first; null where nothing came. */
export function countBars(
  entries: readonly (readonly [name: string, count: number])[],
  { heads, most = 20 }: CountBarsOptions = {},
): Html | null {
  const came = entries.filter(([, count]) => count > 0)
  if (came.length === 0) return null
  const rows = came.toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const largest = Math.max(...rows.map(([, count]) => count))
  const left = rows.slice(most)
  return html`
<table class="ranking counts">
${heads && html`<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>`}
<tbody>${rows.slice(0, most).map(([name, count]) => row(name, count, largest))}</tbody>
</table>${
    left.length > 0 &&
    html`<p class="note">And ${counted(left.length, 'more kind')} with ${grouped(left.reduce((sum, [, count]) => sum + count, 0))} in all.</p>`
  }`
}
