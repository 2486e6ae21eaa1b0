import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { html } from '../html.ts'
import { page } from '../page.ts'
import { type Section, sectionHtml } from '../section.ts'
import { agentsSection } from './agents-section.ts'
import { costsSection } from './costs-section.ts'
import { filterSection } from './filter-section.ts'
import { funnelSection } from './funnel-section.ts'
import { lengthsSection } from './lengths-section.ts'
import { mapSection } from './map-section.ts'
import { overlapSection } from './overlap-section.ts'
import { rejectionsSection } from './rejections-section.ts'
import { samplesSection } from './samples-section.ts'
import { synthHeader } from './synth-header.ts'
import { tasksSection } from './tasks-section.ts'
import { toolsSection } from './tools-section.ts'
import { trajectoriesSection } from './trajectories-section.ts'

/** In the order of the page. */
const sections: readonly ((data: SynthReportData) => Section | null)[] = [
  funnelSection,
  filterSection,
  rejectionsSection,
  trajectoriesSection,
  lengthsSection,
  toolsSection,
  mapSection,
  agentsSection,
  tasksSection,
  overlapSection,
  samplesSection,
  costsSection,
]

/** What a synthesis of agentic data came to: one HTML document that needs no script and loads nothing. */
export function buildSynthReport(data: SynthReportData): string {
  const found = sections.flatMap((section) => section(data) ?? [])
  return page(`${data.name}: synthesis`, html`${synthHeader(data)}${found.map(sectionHtml)}`)
}
