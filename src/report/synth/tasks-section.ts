import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countBars } from '../charts/count-bars.ts'
import { countTable } from '../charts/count-table.ts'
import { html } from '../html.ts'
import type { Section } from '../section.ts'
import { crossed, familiesOf, inWords } from './synth-facts.ts'

/** What is asked of assistants: families, difficulties, domains. */
export function tasksSection({ tasks }: SynthReportData): Section | null {
  const counts = tasks.byFamilyAndDifficulty
  if (counts.length === 0) return null
  const byDomain = countBars(
    Object.entries(tasks.byDomain).map(([domain, count]) => [inWords(domain), count]),
    { heads: ['domain', 'tasks'], most: 40 },
  )
  return {
    id: 'tasks',
    title: 'Tasks',
    body: html`
${countTable({
  head: 'family',
  rows: familiesOf(counts),
  columns: [...new Set(counts.map(({ column }) => column))].toSorted(),
  rowName: inWords,
  columnName: (difficulty) => `difficulty ${difficulty}`,
  count: crossed(counts),
})}
${byDomain && html`<details><summary>By domain</summary>${byDomain}</details>`}`,
  }
}
