import { modelName } from './facts.ts'
import { header } from './header.ts'
import { html } from './html.ts'
import { page } from './page.ts'
import type { RunData } from './run-data.ts'
import { type Section, sectionHtml } from './section.ts'
import { attentionSection } from './sections/attention.ts'
import { configSection } from './sections/config.ts'
import { expertsSection } from './sections/experts.ts'
import { heldOutSection } from './sections/held-out.ts'
import { lossSection } from './sections/loss.ts'
import { optimizerSection } from './sections/optimizer.ts'
import { provenanceSection } from './sections/provenance.ts'
import { samplesSection } from './sections/samples.ts'
import { scoresSection } from './sections/scores.ts'
import { speedSection } from './sections/speed.ts'
import { tasksSection } from './sections/tasks.ts'

/** In the order of the page. */
const sections: readonly ((run: RunData) => Section | null)[] = [
  tasksSection,
  heldOutSection,
  lossSection,
  scoresSection,
  samplesSection,
  attentionSection,
  expertsSection,
  optimizerSection,
  speedSection,
  configSection,
  provenanceSection,
]

/** The report of a run: one HTML document that needs no script and loads nothing. */
export function buildReport(run: RunData): string {
  const found = sections.flatMap((section) => section(run) ?? [])
  return page(`${modelName(run)}: ${run.name}`, html`${header(run)}${found.map(sectionHtml)}`)
}
