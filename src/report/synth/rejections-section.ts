import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { countBars } from '../charts/count-bars.ts'
import { html } from '../html.ts'
import type { Section } from '../section.ts'
import { inWords } from './synth-facts.ts'

const reasonText: Readonly<Record<string, string>> = {
  rejected: 'rejected: the assistant failed',
  undecided: 'undecided: judges disagree, or nobody judges it',
  void: 'void: something else than the assistant failed',
  contaminated: 'contaminated: has a stretch of an evaluation set',
  'near-duplicate': 'near-duplicate of one that is kept',
  'over a cap': 'over a cap',
}

/** Why trajectories are not kept. */
export function rejectionsSection({ rejections, rejectionDetails, tasks }: SynthReportData): Section | null {
  const reasons = countBars(
    Object.entries(rejections).map(([reason, count]) => [reasonText[reason] ?? reason, count]),
    { heads: ['why not kept', 'trajectories'] },
  )
  const details = countBars(
    rejectionDetails.map(({ detail, count }) => [detail, count]),
    { heads: ['part of the rubric', 'rejected trajectories'] },
  )
  const oracle = countBars(
    Object.entries(tasks.oracleRejections).map(([reason, count]) => [inWords(reason), count]),
    { heads: ['why given up', 'draws'] },
  )
  if (reasons === null && details === null && oracle === null) return null
  return {
    id: 'rejections',
    title: 'Why things are rejected',
    body: html`${reasons}
${details && html`<h3>What rejected trajectories fail</h3>${details}`}
${oracle && html`<h3>Tasks that their plan does not prove</h3><p class="note">Before anybody is asked to do a task, its plan is carried out and its rubric must pass; draws that fail are drawn again.</p>${oracle}`}`,
  }
}
