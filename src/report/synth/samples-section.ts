import type { SynthReportData, TrajectorySample } from '../../synth/pipeline/synth-report-data.ts'
import { type Html, html } from '../html.ts'
import { grouped } from '../number-text.ts'
import type { Section } from '../section.ts'
import { inWords } from './synth-facts.ts'

/** Trajectories that are shown of each kind, messages of one, characters of a text. */
const [mostSamples, mostMessages, longestText] = [12, 60, 4000]

type Message = TrajectorySample['messages'][number]

const roles: readonly string[] = ['system', 'user', 'assistant', 'tool']

const cut = (text: string): string =>
  text.length > longestText
    ? `${text.slice(0, longestText)}… (${grouped(text.length - longestText)} more)`
    : text

const call = ({ name, arguments: written }: Message['calls'][number]): Html =>
  html`<pre>→ <b>${name}</b> ${cut(written)}</pre>`

/** Results of tools as they are written, everything else as prose. */
const content = (role: string, text: string): Html | null => {
  if (text === '') return null
  return role === 'tool' ? html`<pre>${cut(text)}</pre>` : html`<p>${cut(text)}</p>`
}

const turn = ({ role, content: text, calls }: Message): Html => html`
<div class="turn ${roles.includes(role) ? role : 'other'}"><small>${role}</small>${content(role, text)}${calls.map(call)}</div>`

const labelsText = (labels: TrajectorySample['labels']): string =>
  Object.entries(labels)
    .map(([label, value]) => `${inWords(label)}: ${inWords(value)}`)
    .join(' · ')

const shown = ({ id, kept, reason, labels, messages }: TrajectorySample): Html => html`
<details class="sample"><summary><span class="${kept ? 'good' : 'bad'}">${kept ? 'kept' : 'not kept'}</span> ${inWords(labels.family ?? id)}${labels.domain !== undefined && `, ${inWords(labels.domain)}`}${reason !== null && ` – ${reason}`}</summary>
<p class="note">${id} · ${labelsText(labels)}</p>
${messages.slice(0, mostMessages).map(turn)}
${messages.length > mostMessages && html`<p class="note">And ${grouped(messages.length - mostMessages)} more messages.</p>`}</details>`

/** Trajectories to read, those that are kept and those that are not. */
export function samplesSection({ samples }: SynthReportData): Section | null {
  if (samples.length === 0) return null
  const [kept, others] = [true, false].map((wanted) =>
    samples.filter((sample) => sample.kept === wanted).slice(0, mostSamples),
  ) as [TrajectorySample[], TrajectorySample[]]
  return {
    id: 'samples',
    title: 'Samples',
    body: html`
${kept.length > 0 && html`<h3>Kept</h3>${kept.map(shown)}`}
${others.length > 0 && html`<h3>Not kept</h3>${others.map(shown)}`}`,
  }
}
