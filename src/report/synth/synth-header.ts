import { wilsonInterval } from '../../eval/intervals.ts'
import { reportStages, type SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { type Html, html } from '../html.ts'
import { moon } from '../moon.ts'
import { compact, counted, duration, grouped, percent } from '../number-text.ts'
import { keptOf, sumOf, workSeconds } from './synth-facts.ts'

interface Tile {
  readonly name: string
  readonly value: string
  readonly note?: string | undefined
}

function precisionTile({ planted }: SynthReportData): Tile {
  const [right, kept] = [planted.truePositives, planted.truePositives + planted.falsePositives]
  const interval = wilsonInterval(right, kept)
  return interval === null
    ? { name: 'precision of the filter', value: '–', note: 'nothing was planted' }
    : {
        name: 'precision of the filter',
        value: percent(right / kept),
        note: `95% interval ${percent(interval.low)} to ${percent(interval.high)}`,
      }
}

function workTile(data: SynthReportData): Tile {
  const tokens = data.costs.reduce((sum, { completionTokens }) => sum + completionTokens, 0)
  return {
    name: 'work',
    value: duration(workSeconds(data)),
    note: tokens === 0 ? 'no model took part' : `${compact(tokens)} tokens written by models`,
  }
}

function tiles(data: SynthReportData): readonly Tile[] {
  const { kept, all } = keptOf(data)
  const { tools, agents, tasks, trajectories } = data
  return [
    {
      name: 'trajectories kept',
      value: grouped(kept),
      note: all === 0 ? undefined : `${percent(kept / all)} of ${grouped(all)}`,
    },
    precisionTile(data),
    {
      name: 'tools',
      value: grouped(tools.count),
      note: `${counted(tools.applications, 'application')}, ${counted(tools.domains.length, 'domain')}`,
    },
    { name: 'agents', value: grouped(agents.agents) },
    {
      name: 'tasks',
      value: grouped(tasks.count),
      note:
        tasks.count === 0 ? undefined : `${(trajectories.count / tasks.count).toFixed(1)} trajectories each`,
    },
    workTile(data),
  ]
}

/** What keeps the figures from being taken as they are, said first. */
function warnings({ stages, tasks, trajectories }: SynthReportData): readonly string[] {
  const lost = sumOf(trajectories.lost)
  const missing = reportStages.filter((name) => !stages.some(({ stage }) => stage === name))
  return [
    ...(missing.length > 0 ? [`Not finished: nothing came yet of ${missing.join(', ')}.`] : []),
    ...(lost > 0 ? [`${counted(lost, 'unit')} of work ended in an error and gave nothing.`] : []),
    ...(tasks.missing > 0 ? [`For ${counted(tasks.missing, 'task')} no draw was proved right.`] : []),
  ]
}

/** Who plays which role. */
function rolesText(roles: SynthReportData['roles']): string {
  const players = new Set(Object.values(roles))
  const [only] = players
  if (players.size <= 1) return only === undefined ? '' : `all roles ${only}`
  return Object.entries(roles)
    .map(([role, player]) => `${role}: ${player}`)
    .join(', ')
}

export const synthHeader = (data: SynthReportData): Html => {
  const facts = ['synthesis', `seed ${data.seed}`, rolesText(data.roles)].filter((fact) => fact !== '')
  return html`
<header>
<div class="title">${moon(data.stages.length / reportStages.length, 'stages')}<div><h1>${data.name}</h1><p>${facts.join(' · ')}</p></div></div>
${warnings(data).map((text) => html`<p class="warning">${text}</p>`)}
<ul class="tiles">${tiles(data).map(
    ({ name, value, note }) =>
      html`<li><span>${name}</span><strong>${value}</strong>${note !== undefined && html`<small>${note}</small>`}</li>`,
  )}</ul>
</header>`
}
