import { lineChart, type Reference } from '../charts/line-chart.ts'
import { wideChart } from '../charts/svg-chart.ts'
import { heldOutBitsPerByte } from '../facts.ts'
import { type Html, html } from '../html.ts'
import { decimals, grouped } from '../number-text.ts'
import { isOfText, type RunData } from '../run-data.ts'
import { figure, type Section } from '../section.ts'
import { finiteValues, pointsOf } from '../series.ts'

const baselineNames = { xz: 'xz -9', brotli: 'brotli -q 11', byte5gram: 'byte 5-gram' } as const

/** What the same held-out text takes otherwise. */
function baselines({ summary }: RunData): Reference[] {
  const found = summary?.baselines ?? {}
  return (['byte5gram', 'brotli', 'xz'] as const).flatMap((name) => {
    const value = found[name]
    return value === null || value === undefined ? [] : [{ value, label: baselineNames[name] }]
  })
}

/** The model among the baselines, best first. */
function ranking(run: RunData, references: readonly Reference[]): Html | null {
  const model = heldOutBitsPerByte(run)
  if (model === undefined || references.length === 0) return null
  const rows = [
    { value: model, label: 'this model', own: true },
    ...references.map((r) => ({ ...r, own: false })),
  ]
  const longest = Math.max(...rows.map(({ value }) => value))
  return html`
<table class="ranking">
<thead><tr><th scope="col">held-out text</th><th scope="col">bits per byte</th></tr></thead>
<tbody>${rows
    .toSorted((a, b) => a.value - b.value)
    .map(
      ({ value, label, own }) => html`
<tr${own && html` class="own"`}><th scope="row">${label}</th><td><span class="bar" style="width:${((100 * value) / longest).toFixed(1)}%">${decimals(value, 3)}</span></td></tr>`,
    )}</tbody>
</table>`
}

function caption({ summary }: RunData, cut: number | undefined): Html {
  const bytes = summary?.heldOut?.bytes
  return html`Bits that the model needs for a byte of text that it was not trained on; lower is better.${
    bytes &&
    html` The text has ${grouped(bytes)} bytes; xz and brotli compressed the same ones, the byte 5-gram was trained on the model's training text.`
  }${cut !== undefined && html` The curve begins above the chart, at ${decimals(cut, 2)}.`}`
}

/** Compression of held-out text against general compressors. */
export function heldOutSection(run: RunData): Section | null {
  // Of conversations only a part is learned: compressors have nothing to compare, and the loss has its own section.
  if (!isOfText(run)) return null
  const points = pointsOf(
    run.steps,
    ({ step }) => step,
    ({ heldOut }) => heldOut?.bitsPerByte,
  )
  const references = baselines(run)
  const values = finiteValues(points)
  const table = ranking(run, references)
  if (values.length === 0 && table === null) return null
  // The first evaluations would press what counts flat.
  const focus = Math.max(...references.map(({ value }) => value), Math.min(...values)) * 1.5
  const cut = values.length > 2 && values[0]! > focus ? values[0] : undefined
  const chart =
    values.length === 0
      ? null
      : wideChart(
          lineChart({
            id: 'held-out',
            label: 'Held-out bits per byte over steps',
            lines: [{ points, color: 'var(--accent)', label: 'this model', dots: values.length <= 40 }],
            references,
            ...(cut === undefined ? {} : { yMax: Number(focus.toPrecision(2)) }),
          }),
        )
  return {
    id: 'held-out',
    title: 'Held-out bits per byte',
    body: html`${chart && figure(chart, caption(run, cut))}${table}`,
  }
}
