import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { pointMap } from '../charts/point-map.ts'
import { html } from '../html.ts'
import { counted, grouped } from '../number-text.ts'
import { wheelColor } from '../palette.ts'
import { figure, legend, type Section } from '../section.ts'
import { inWords } from './synth-facts.ts'

/** Domains with a colour and a panel of their own; the others share one. */
const mostDomains = 16

/** Tools as points in the plane, by domain. */
export function mapSection({ tools }: SynthReportData): Section | null {
  const { map, count } = tools
  if (map.length === 0) return null
  const names = [...new Set(map.map(({ domain }) => domain))].toSorted()
  const own = names.slice(0, names.length > mostDomains ? mostDomains - 1 : mostDomains)
  const places = new Map(own.map((name, i) => [name, i]))
  const kinds = [
    ...own.map((name, i) => ({ name: inWords(name), color: wheelColor(i) })),
    ...(own.length < names.length
      ? [{ name: counted(names.length - own.length, 'other domain'), color: 'var(--reference)' }]
      : []),
  ]
  const { whole, each } = pointMap({
    id: 'tool-map',
    label: 'Tools as points, near where they have words in common',
    dots: map.map(({ x, y, domain, imported }) => ({
      x,
      y,
      kind: places.get(domain) ?? own.length,
      hollow: imported,
    })),
    kinds,
  })
  const rings = map.some(({ imported }) => imported)
  return {
    id: 'map',
    title: 'Coverage map',
    body: html`
${legend(kinds)}
${figure(whole, html`${map.length < count ? `${grouped(map.length)} of ${grouped(count)}` : 'All'} tools, near to each other where their declarations have words in common (t‑SNE).${rings && ' Rings are tools of MCP servers.'}`)}
<div class="panels">${each}</div>`,
  }
}
