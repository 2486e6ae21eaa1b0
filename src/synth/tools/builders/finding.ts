import type { Condition } from '../../../world/semantics.ts'
import type { Column } from '../../../world/state.ts'
import { ofThe, referred, type ToolDraft, type Workshop } from '../draft.ts'
import { anyOfParameter, columnParameter, type Parameter } from '../parameters.ts'
import { statesOf } from '../thing.ts'
import { either, spoken } from '../words.ts'

interface Filter {
  readonly parameters: readonly Parameter[]
  readonly where: readonly Condition[]
}

/** Optional filters on a column, as fits its type. */
function filterOf(workshop: Workshop, name: string, column: Column): Filter {
  const { thing, things, style, draw } = workshop
  const options = { of: ofThe(thing), required: false, things }
  if (column.type === 'integer' || column.type === 'number' || column.type === 'date') {
    const [least, most] = style.bounds(name)
    const wanted = draw.pick([[least], [most], [least, most]])
    return {
      parameters: wanted.map((bound) =>
        columnParameter(bound, column, {
          ...options,
          label: `${column.type === 'date' ? (bound === least ? 'first' : 'last') : bound === least ? 'least' : 'most'}_${name}`,
        }),
      ),
      where: wanted.map((bound) => ({
        column: name,
        is: bound === least ? '>=' : '<=',
        term: { param: bound },
      })),
    }
  }
  if (column.type === 'enum' && draw.chance(0.3))
    return {
      parameters: [anyOfParameter(name, column.values, ofThe(thing))],
      where: [{ column: name, is: 'in', term: { param: name } }],
    }
  const is = column.type === 'text' ? 'contains' : '='
  return {
    parameters: [columnParameter(name, column, options)],
    where: [{ column: name, is, term: { param: name } }],
  }
}

const required = (parameters: readonly Parameter[]): readonly Parameter[] =>
  parameters.map((parameter) => ({ ...parameter, required: true }))

const numeric = ({ type }: Column): boolean => type === 'integer' || type === 'number'

/** Tools that find rows. */
export function findingTools(workshop: Workshop): readonly ToolDraft[] {
  const { thing, things, style, draw } = workshop
  const { table, names, nouns } = thing
  const columns = Object.entries(table.columns)
  const shown = (): readonly string[] => {
    const some = draw.sample(thing.ownColumns, Math.min(thing.ownColumns.length, draw.integer(3, 6)))
    return [...some, ...(thing.lifecycle === undefined ? [] : ['status'])]
  }
  const search = (
    name: string,
    does: string,
    parameters: readonly Parameter[],
    where: readonly Condition[],
    sort?: { readonly column: string; readonly descending?: boolean },
  ): ToolDraft => {
    const told = [
      ...new Set([...shown(), ...where.map(({ column }) => column), ...(sort ? [sort.column] : [])]),
    ]
    return {
      name,
      does,
      returns: `${draw.pick(['up to', 'at most'])} ${style.limit} ${draw.pick(['matches', nouns, 'entries'])} and how many there are in all`,
      parameters,
      semantics: {
        kind: 'search',
        table: table.name,
        where,
        columns: told,
        limit: style.limit,
        ...(sort && { sort }),
      },
    }
  }

  const filtered = draw.sample(columns, draw.integer(2, 4))
  const filters = filtered.map(([name, column]) => filterOf(workshop, name, column))
  const general: ToolDraft = {
    ...search(
      `${style.verbs.search}_${names}`,
      `${style.verbs.search} ${nouns} by ${either(
        filtered.map(([name]) => referred(name)),
        'and',
      )}, each of them optional`,
      filters.flatMap(({ parameters }) => parameters),
      filters.flatMap(({ where }) => where),
    ),
    core: true,
  }

  const byText = columns
    .filter(([name, { type }]) => type === 'text' && thing.ownColumns.includes(name))
    .map(([name, column]) =>
      search(
        `find_${names}_by_${name}`,
        `find the ${nouns} whose ${spoken(name)} contains a text, in capitals or not`,
        [columnParameter(name, column, { of: ofThe(thing), things })],
        [{ column: name, is: 'contains', term: { param: name } }],
      ),
    )

  const ranked = columns
    .filter(([name, column]) => numeric(column) && thing.ownColumns.includes(name))
    .map(([name]) => {
      const descending = draw.chance(0.6)
      const chosen = draw.pick(filters)
      return search(
        `${draw.pick(['rank', 'list'])}_${names}_by_${name}`,
        `list ${nouns} in the order of their ${spoken(name)}, ${descending ? 'highest' : 'lowest'} first`,
        chosen.parameters,
        chosen.where,
        { column: name, ...(descending ? { descending } : {}) },
      )
    })

  const inState = (thing.lifecycle === undefined ? [] : statesOf(thing.lifecycle)).map((state) => {
    const chosen = draw.chance(0.5) ? draw.pick(filters) : { parameters: [], where: [] }
    const extra = chosen.where.filter(({ column }) => column !== 'status')
    return search(
      `list_${/^(in|on|under|out|up|for|off)_/.test(state) ? `${names}_${state}` : `${state}_${names}`}`,
      `list the ${nouns} whose status is ${spoken(state)}`,
      extra.length === chosen.where.length ? chosen.parameters : [],
      [{ column: 'status', is: '=', term: { value: state } }, ...extra],
    )
  })

  const within = columns
    .filter(([name, { type }]) => type === 'date' && thing.ownColumns.includes(name))
    .map(([name, column]) => {
      const [from, to] = draw.pick([
        ['from_date', 'to_date'],
        ['after', 'before'],
        ['first_day', 'last_day'],
      ] as const)
      return search(
        `list_${names}_by_${name}`,
        `list the ${nouns} whose date "${spoken(name)}" lies in a period, earliest first`,
        required([from, to].map((bound) => columnParameter(bound, column, { things }))),
        [
          { column: name, is: '>=', term: { param: from } },
          { column: name, is: '<=', term: { param: to } },
        ],
        { column: name },
      )
    })

  const ofParent = columns
    .filter(([, { type }]) => type === 'reference')
    .map(([name, column]) =>
      search(
        `list_${names}_of_${name.replace(/_id$/, '')}`,
        `list the ${nouns} that belong to one ${referred(name)}`,
        [columnParameter(name, column, { things })],
        [{ column: name, is: '=', term: { param: name } }],
      ),
    )

  return [general, ...byText, ...ranked, ...inState, ...within, ...ofParent]
}
