import { everyChange, guarded, type ToolDraft, type Workshop } from '../draft.ts'
import type { Demand } from '../mixins.ts'
import { keyParameter } from '../parameters.ts'
import { either, spoken, withArticle } from '../words.ts'

/** `mark_*_lost` with a noun in its place, or after it. */
const placed = (verb: string, noun: string): string =>
  verb.includes('*') ? verb.replace('*', noun) : `${verb}_${noun}`

/** Tools that bring a thing from one state of its life to the next, and refuse to in all others. */
export function movingTools(workshop: Workshop): readonly ToolDraft[] {
  const { thing, style, draw } = workshop
  if (thing.lifecycle === undefined) return []
  const key = keyParameter(thing, style)
  return Object.entries(thing.lifecycle.moves).map(([verb, [from, to]]) => {
    const states = from.split('|')
    const allowed = either(states.map(spoken))
    const status: Demand = {
      column: 'status',
      is: 'in',
      term: { values: states },
      otherwise: `{the} is {status}; this needs ${allowed}`,
    }
    const guards = [status, ...everyChange(workshop)].map((demand) => guarded(workshop, demand))
    const words = spoken(placed(verb, '@')).replace('@', withArticle(thing.noun))
    return {
      name: placed(verb, thing.name),
      does: `${words}${draw.chance(0.5) ? `, which takes it from ${allowed} to ${spoken(to)}` : ''}`,
      returns: draw.pick([
        'the entry as it is now',
        'the changed entry',
        `the ${thing.noun} with its new status`,
      ]),
      refuses: [`its status is not ${allowed}`, ...guards.slice(1).map(({ reason }) => reason)],
      parameters: [key],
      semantics: {
        kind: 'update',
        table: thing.table.name,
        key: { param: key.name },
        guards: guards.map(({ guard }) => guard),
        set: { status: { value: to } },
      },
      core: thing.main,
    }
  })
}
