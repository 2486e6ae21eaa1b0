import { lineChart } from '../charts/line-chart.ts'
import { wideChart } from '../charts/svg-chart.ts'
import { html } from '../html.ts'
import { counted, decimals } from '../number-text.ts'
import { isOfText, type RunData } from '../run-data.ts'
import { figure, type Section } from '../section.ts'
import { hasValues, lastValue, pointsOf, smoothed, smoothingSpan } from '../series.ts'

/** Training loss: every step faint, the moving average over it, evaluations as dots. */
export function lossSection(run: RunData): Section | null {
  const raw = pointsOf(
    run.steps,
    ({ step }) => step,
    ({ loss }) => loss,
  )
  const heldOut = pointsOf(
    run.steps,
    ({ step }) => step,
    (record) => record.heldOut?.loss,
  )
  if (!hasValues(raw)) return null
  const span = smoothingSpan(raw.length)
  const smooth = smoothed(raw, span)
  const chart = lineChart({
    id: 'loss',
    label: 'Loss over steps',
    lines: [
      { points: raw, color: 'var(--accent)', faint: true },
      { points: smooth, color: 'var(--accent)', label: 'training' },
      { points: heldOut, color: 'var(--second)', label: 'held-out', dots: true },
    ],
  })
  return {
    id: 'loss',
    title: 'Loss',
    body: figure(
      wideChart(chart),
      html`Nats per ${isOfText(run) ? 'token' : 'learned token'}, last ${decimals(lastValue(smooth), 3)}${
        span > 1 && html`; the line is an average over about ${counted(span, 'step')}`
      }.`,
    ),
  }
}
