import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countBars } from '../charts/count-bars.ts'
import { countTable } from '../charts/count-table.ts'
import { html } from '../html.ts'
import { counted, grouped } from '../number-text.ts'
import type { Section } from '../section.ts'
import { inWords, sumOf } from './synth-facts.ts'

/** What tools do, in the order of the table. */
const kinds = [
  'get',
  'search',
  'aggregate',
  'create',
  'update',
  'remove',
  'transfer',
  'compute',
  'script',
  'imported',
] as const

/** How the tools are spread over domains, applications and kinds of action. */
export function toolsSection({ tools }: SynthReportData): Section | null {
  const { domains, imported, importRejections } = tools
  if (domains.length === 0) return null
  const byName = new Map(domains.map((domain) => [domain.domain, domain]))
  const used = kinds.filter((kind) => domains.some(({ counts }) => (counts[kind] ?? 0) > 0))
  const rejections = countBars(Object.entries(importRejections), {
    heads: ['why not taken', 'tools of MCP servers'],
  })
  return {
    id: 'tools',
    title: 'Tools',
    body: html`
${countTable({
  head: 'domain',
  rows: domains.map(({ domain }) => domain),
  columns: used,
  rowName: inWords,
  count: (domain, kind) => byName.get(domain)?.counts[kind as (typeof kinds)[number]] ?? 0,
  extra: { head: 'applications', of: (domain) => byName.get(domain)?.applications ?? 0 },
})}
<p class="note">Tools of each domain by what they do to the state of their application; darker cells have more.${imported > 0 && ` ${counted(imported, 'tool')} of MCP servers ${imported === 1 ? 'has' : 'have'} a declaration alone and no application behind ${imported === 1 ? 'it' : 'them'}.`}</p>
${rejections && html`<h3>Tools of MCP servers that were not taken: ${grouped(sumOf(importRejections))}</h3>${rejections}`}`,
  }
}
