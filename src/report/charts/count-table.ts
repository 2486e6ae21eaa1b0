import { type Html, html } from '../html.ts'
import { grouped } from '../number-text.ts'

export interface CountTable {
  /** What the rows are. */
  readonly head: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly count: (row: string, column: string) => number
  /** Names as they are shown. Default as they are. */
  readonly rowName?: (row: string) => string
  readonly columnName?: (column: string) => string
  /** A further column before the sums, such as how many parts a row has. */
  readonly extra?: { readonly head: string; readonly of: (row: string) => number }
}

/** Strength of the darkest cell in percent: text on it must stay readable. */
const darkest = 55

/** By the root, so that small counts are told from none. */
const shade = (count: number, largest: number): Html =>
  count === 0
    ? html` class="none"`
    : html` style="background:color-mix(in oklab,var(--accent) ${(darkest * Math.sqrt(count / largest)).toFixed(0)}%,var(--card))"`

/** Counts by two things as a table whose cells are the darker the larger, with sums. */
export function countTable(table: CountTable): Html {
  const { head, rows, columns, count, extra } = table
  const { rowName = (name: string) => name, columnName = (name: string) => name } = table
  const largest = Math.max(1, ...rows.flatMap((row) => columns.map((column) => count(row, column))))
  const sumOf = (ofRows: readonly string[], ofColumns: readonly string[]): number =>
    ofRows.reduce((sum, row) => sum + ofColumns.reduce((part, column) => part + count(row, column), 0), 0)
  const cell = (row: string, column: string): Html => {
    const value = count(row, column)
    return html`<td${shade(value, largest)}>${grouped(value)}</td>`
  }
  const extraOf = (row: string): Html | null => (extra ? html`<td>${grouped(extra.of(row))}</td>` : null)
  return html`
<div class="scroll"><table class="numbers heat">
<thead><tr><th scope="col">${head}</th>${columns.map((column) => html`<th scope="col">${columnName(column)}</th>`)}${extra && html`<th scope="col">${extra.head}</th>`}<th scope="col">all</th></tr></thead>
<tbody>${rows.map(
    (row) => html`
<tr><th scope="row">${rowName(row)}</th>${columns.map((column) => cell(row, column))}${extraOf(row)}<td>${grouped(sumOf([row], columns))}</td></tr>`,
  )}
<tr class="sum"><th scope="row">all</th>${columns.map((column) => html`<td>${grouped(sumOf(rows, [column]))}</td>`)}${extra && html`<td>${grouped(rows.reduce((sum, row) => sum + extra.of(row), 0))}</td>`}<td>${grouped(sumOf(rows, columns))}</td></tr></tbody>
</table></div>`
}
