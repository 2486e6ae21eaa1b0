import { lineChart } from '../charts/line-chart.ts'
import { wideChart } from '../charts/svg-chart.ts'
import { html } from '../html.ts'
import { decimals } from '../number-text.ts'
import { partColor } from '../palette.ts'
import type { RunData } from '../run-data.ts'
import { definitions, figure, type Section } from '../section.ts'
import { pointsOf } from '../series.ts'
import { familyName } from '../task-arms.ts'

/** Shares of tasks solved in each evaluation. */
export function scoresSection({ steps }: RunData): Section | null {
  const last = steps.findLast(({ tasks }) => tasks !== undefined)?.tasks
  if (last === undefined) return null
  const names = Object.keys(last)
  const chart = lineChart({
    id: 'scores',
    label: 'Shares of tasks over steps',
    yMin: 0,
    yMax: 1,
    lines: names.map((label, i) => ({
      points: pointsOf(
        steps,
        ({ step }) => step,
        ({ tasks }) => tasks?.[label],
      ),
      // What is there first is of all, the rest are its parts.
      color: i === 0 ? 'var(--accent)' : partColor(i),
      label: familyName(label),
      dots: true,
    })),
  })
  return {
    id: 'scores',
    title: 'Scores during training',
    body: html`${figure(wideChart(chart), 'Shares, at each evaluation.')}${definitions(
      names.map((name) => [
        familyName(name),
        typeof last[name] === 'number' ? decimals(last[name], 3) : undefined,
      ]),
    )}`,
  }
}
