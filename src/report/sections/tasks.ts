import { armTotal, type TaskArm, type TaskResults } from '../../eval/task-results.ts'
import { type BarGroup, shareBars, shareWithInterval } from '../charts/share-bars.ts'
import { type Html, html } from '../html.ts'
import { counted, grouped, percent } from '../number-text.ts'
import type { RunData } from '../run-data.ts'
import { legend, type Section } from '../section.ts'
import { armColor, armName, baseOf, familyName, mainArm, orderedArms, resultIn } from '../task-arms.ts'

/** Samples of an arm that are shown, and characters of one. */
const [mostSamples, longestSample] = [12, 20_000]

const namedArms = (arms: readonly TaskArm[]) =>
  arms.map((arm) => ({ arm, name: armName(arm), color: armColor(arm) }))

function groups(arms: readonly TaskArm[], families: readonly string[]): readonly BarGroup[] {
  const group = (name: string, of: (arm: TaskArm) => { solved: number; tried: number }): BarGroup => ({
    name,
    bars: namedArms(arms).map(({ arm, name: armsName, color }) => {
      const { solved, tried } = of(arm)
      return { name: armsName, color, count: solved, total: tried }
    }),
  })
  return [
    { ...group('all tasks', armTotal), strong: true },
    ...families.map((family) => group(familyName(family), (arm) => resultIn(arm, family))),
  ]
}

const cell = ({ solved, tried }: { solved: number; tried: number }): Html => html`
<td>${tried === 0 ? '–' : `${grouped(solved)} of ${grouped(tried)}`}${tried > 0 && html`<br><small>${shareWithInterval(solved, tried)}</small>`}</td>`

const table = (arms: readonly TaskArm[], families: readonly string[]): Html => html`
<div class="scroll"><table class="numbers">
<thead><tr><th scope="col">tasks solved</th>${namedArms(arms).map(({ name, color }) => html`<th scope="col"><i class="key" style="background:${color}"></i>${name}</th>`)}</tr></thead>
<tbody>${families.map(
  (family) => html`
<tr><th scope="row">${familyName(family)}</th>${arms.map((arm) => cell(resultIn(arm, family)))}</tr>`,
)}
<tr class="sum"><th scope="row">all</th>${arms.map((arm) => cell(armTotal(arm)))}</tr></tbody>
</table></div>`

/** The main figures in a sentence. */
function summary(results: TaskResults): Html | null {
  const main = mainArm(results)
  if (main === undefined) return null
  const { solved, tried } = armTotal(main)
  const base = baseOf(results, main)
  const before = base && armTotal(base)
  return html`
<p>Fine-tuned, the model solves ${grouped(solved)} of ${counted(tried, 'held-out task')} (${percent(solved / tried)}) ${main.enforced ? 'with' : 'without'} the enforcer${
    before &&
    `; before it was ${grouped(before.solved)} of ${grouped(before.tried)} (${percent(before.solved / before.tried)})`
  }.</p>`
}

/** Families of which the main arm solves less than half, the worst first. */
function weakFamilies(main: TaskArm): string {
  return main.results
    .filter(({ solved, tried }) => tried > 0 && solved / tried < 0.5)
    .toSorted((a, b) => a.solved / a.tried - b.solved / b.tried)
    .map(({ family, solved, tried }) => `${familyName(family)} (${percent(solved / tried)})`)
    .join(', ')
}

const cut = (text: string): string =>
  text.length > longestSample ? `${text.slice(0, longestSample)}…` : text

/** Conversations of an arm, the failed ones first. */
function samples(arm: TaskArm): Html | null {
  const shown = arm.episodes.toSorted((a, b) => Number(a.solved) - Number(b.solved)).slice(0, mostSamples)
  if (shown.length === 0) return null
  return html`
<h3>${armName(arm)}</h3>${shown.map(
    ({ id, family, solved, text, why }) => html`
<details class="sample"><summary><span class="${solved ? 'good' : 'bad'}">${solved ? 'solved' : 'failed'}</span> ${familyName(family)}${why[0] !== undefined && `: ${why[0]}`}</summary>
${why.length > 1 && html`<ul class="plain">${why.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<pre>${cut(text)}</pre><p class="note">${id}</p></details>`,
  )}`
}

function cannot(results: TaskResults): Html | null {
  const main = mainArm(results)
  const weak = main && weakFamilies(main)
  const lists = orderedArms(results).toReversed().map(samples)
  if (main === undefined && lists.every((list) => list === null)) return null
  return html`
<h3>What it cannot do</h3>
${main && html`<p class="note">${weak ? `Less than half is solved of ${weak}.` : 'Of every family at least half is solved.'}</p>`}
${lists}`
}

/** How many held-out tasks the model solves before and after fine-tuning, without and with the enforcer. */
export function tasksSection({ tasks }: RunData): Section | null {
  if (tasks === null) return null
  const arms = orderedArms(tasks)
  if (arms.length === 0) return null
  const families = tasks.families.filter((family) => arms.some((arm) => resultIn(arm, family).tried > 0))
  return {
    id: 'tasks',
    title: 'Held-out tasks',
    body: html`
${summary(tasks)}
<div class="above">${legend(namedArms(arms))}</div>
${shareBars(groups(arms, families))}
<p class="note">The model was not trained on these tasks (${tasks.set}, seed ${tasks.seed}). It decodes greedily; thin lines are Wilson's 95% intervals. The enforcer lets only calls through that keep to the tools' schemas.</p>
<details><summary>In numbers</summary>${table(arms, families)}</details>
${cannot(tasks)}`,
  }
}
