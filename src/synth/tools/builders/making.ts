import type { Formula } from '../../../world/semantics.ts'
import type { Value } from '../../../world/state.ts'
import { ofThe, type ToolDraft, type Workshop } from '../draft.ts'
import { columnParameter } from '../parameters.ts'
import { spoken, withArticle } from '../words.ts'

/** What a new row has in columns of abilities; the others are asked for, or stay empty. */
const beginnings: Readonly<Record<string, Value>> = {
  paid: false,
  approval: 'pending',
  rating: 0,
  review_count: 0,
  version: 1,
  priority: 'normal',
  archived: false,
  locked: false,
  flagged: false,
  flag_reason: 'none',
  last_reading: 0,
  insured_value: 0,
  done_percent: 0,
  discount_percent: 0,
}

/** The tool that makes a new row. Numbers and references that others reckon with are required. */
export function makingTools({ thing, things, style, draw }: Workshop): readonly ToolDraft[] {
  const { table, name, noun } = thing
  const set: Record<string, Formula> = {}
  const asked = Object.entries(table.columns).flatMap(([column, kind]) => {
    const own = thing.ownColumns.includes(column)
    if (column === 'status' && thing.lifecycle !== undefined) {
      set[column] = { value: thing.lifecycle.start }
      return []
    }
    if (!own && Object.hasOwn(beginnings, column)) {
      set[column] = { value: beginnings[column]! }
      return []
    }
    set[column] = { param: column }
    const optional =
      kind.type === 'text'
        ? draw.chance(own ? 0.15 : 0.8)
        : !own && kind.type !== 'integer' && kind.type !== 'number'
    return [columnParameter(column, kind, { of: ofThe(thing), required: !optional, things })]
  })
  const references = asked.filter(({ name }) => table.columns[name]?.type === 'reference')
  return [
    {
      name: `${style.verbs.create}_${name}`,
      does: `${spoken(style.verbs.create)} ${withArticle(noun)}, ${thing.about}${thing.lifecycle === undefined ? '' : `, with the status ${spoken(thing.lifecycle.start)}`}`,
      returns: 'the new entry with its key',
      refuses: references.map((one) => `there is no such ${spoken(one.name.replace(/_id$/, ''))}`),
      parameters: asked.toSorted((a, b) => Number(b.required) - Number(a.required)),
      semantics: { kind: 'create', table: table.name, set },
      core: thing.main,
    },
  ]
}
