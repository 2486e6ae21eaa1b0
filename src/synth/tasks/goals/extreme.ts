import type { Value } from '../../../world/state.ts'
import type { Goal } from '../goal.ts'
import { phrase } from '../phrases.ts'
import { told, toldCheck, wordsOf } from '../references.ts'
import { perform, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { inWords } from '../words.ts'
import { drawFilters } from './filters.ts'

const asks = '[tell me|find out|check] which {row}{filters} has the {end} {column}'

/** The first of a search that sorts by a number or a day. */
export function extreme(scene: Scene): Goal | undefined {
  const { draw } = scene
  const searches = toolsOf(scene, 'search').filter(({ semantics }) => {
    const column = semantics.sort && tableNamed(scene, semantics.table).columns[semantics.sort.column]
    return column !== undefined && ['number', 'integer', 'date'].includes(column.type)
  })
  if (searches.length === 0) return undefined
  const search = draw.pick(searches)
  const table = tableNamed(scene, search.semantics.table)
  const { column, descending = false } = search.semantics.sort!
  const filters = drawFilters(scene, search, draw.integer(0, 1))
  const done = filters && perform(scene, search.name, filters.values)
  if (filters === undefined || done === undefined || !search.semantics.columns.includes(column))
    return undefined
  const { items } = done.value as { items: readonly Record<string, Value>[] }
  const [first, second] = items
  if (
    first === undefined ||
    second === undefined ||
    first[column] === second[column] ||
    first[column] === null
  )
    return undefined
  const isDate = table.columns[column]!.type === 'date'
  const { id } = done.call
  const words = {
    row: inWords(table.singular),
    filters: filters.words === '' ? '' : ` whose ${filters.words}`,
    end: isDate ? (descending ? 'latest' : 'earliest') : descending ? 'highest' : 'lowest',
    column: wordsOf(table, column),
  }
  return {
    kind: 'extreme',
    clause: phrase(asks, draw, words),
    rounds: [[done.call]],
    answer: `the ${words.row}${words.filters} with the ${words.end} ${words.column} is {${id}.items.0.${table.key}}, with ${told(table, column, `${id}.items.0.${column}`)}.`,
    facts: [toldCheck(`which ${inWords(table.singular)} it is`, String(first[table.key]))],
    reads: [`${table.name}/*`],
    writes: [],
  }
}
