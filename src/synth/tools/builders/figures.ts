import type { Condition, Semantics } from '../../../world/semantics.ts'
import { ofThe, type ToolDraft, type Workshop } from '../draft.ts'
import { columnParameter, type Parameter } from '../parameters.ts'
import { spoken } from '../words.ts'

type Figure = Extract<Semantics, { kind: 'aggregate' }>['function']

const words: Readonly<Record<Exclude<Figure, 'count'>, readonly [name: string, does: string]>> = {
  sum: ['total', 'add up the'],
  mean: ['average', 'average the'],
  minimum: ['lowest', 'find the lowest'],
  maximum: ['highest', 'find the highest'],
}

/** Units of which a sum says nothing. */
const notAdded = new Set(['%', '°C', "o'clock", 'degrees', 'm/s', 'beats per minute', 'stars', 'weeks'])

/** Tools that tell one figure of many rows. */
export function figureTools({ thing, things, style, draw }: Workshop): readonly ToolDraft[] {
  const { table, name, names, nouns } = thing
  const columns = Object.entries(table.columns).filter(
    ([column]) => column === 'status' || thing.ownColumns.includes(column),
  )
  const sorts = columns.filter(
    ([, { type }]) => type === 'enum' || type === 'boolean' || type === 'reference',
  )
  const narrowed = (): { parameters: readonly Parameter[]; where: readonly Condition[]; phrase: string } => {
    if (sorts.length === 0) return { parameters: [], where: [], phrase: '' }
    const [column, kind] = draw.pick(sorts)
    return {
      parameters: [columnParameter(column, kind, { of: ofThe(thing), required: false, things })],
      where: [{ column, is: '=', term: { param: column } }],
      phrase: `, of one ${spoken(column.replace(/_id$/, ''))} if given`,
    }
  }
  const counts = sorts.map(([column, kind]): ToolDraft => {
    const by = column.replace(/_id$/, '')
    return {
      name: `${style.verbs.count}_${names}_by_${by}`,
      does: `count the ${nouns} with a given ${spoken(by)}`,
      returns: 'their number',
      parameters: [columnParameter(column, kind, { of: ofThe(thing), things })],
      semantics: {
        kind: 'aggregate',
        table: table.name,
        where: [{ column, is: '=', term: { param: column } }],
        function: 'count',
      },
    }
  })
  const figures = columns.flatMap(([column, kind]): ToolDraft[] => {
    if (kind.type !== 'integer' && kind.type !== 'number') return []
    const additive = kind.unit !== undefined && !notAdded.has(kind.unit)
    const chosen = draw.pick<Exclude<Figure, 'count'>>(
      additive ? ['sum', 'mean', 'maximum'] : ['mean', 'minimum', 'maximum'],
    )
    const [word, does] = words[chosen]
    const { parameters, where, phrase } = narrowed()
    return [
      {
        name: `${word}_${name}_${column}`,
        does: `${does} ${spoken(column)} of the ${nouns}${phrase}`,
        returns: `the figure${kind.unit === undefined ? '' : ` in ${kind.unit}`} and how many ${nouns} it is of`,
        refuses: ['nothing matches'],
        parameters,
        semantics: { kind: 'aggregate', table: table.name, where, function: chosen, column },
      },
    ]
  })
  return [...counts, ...figures]
}
