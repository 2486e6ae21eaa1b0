import type { Goal } from '../goal.ts'
import { listed, phrase } from '../phrases.ts'
import { toldCheck } from '../references.ts'
import { type Scene, tableNamed, toolsOf } from '../scene.ts'
import { inWords } from '../words.ts'
import { drawFilters, found } from './filters.ts'

const asks = '[[list|find|show me|look up] all|[tell me|list|give me] the ids of all] {rows} whose {filters}'

/** The keys of the rows that meet some filters, at most four. */
export function list(scene: Scene): Goal | undefined {
  const { draw } = scene
  const searches = toolsOf(scene, 'search')
  if (searches.length === 0) return undefined
  const search = draw.pick(searches)
  const filters = drawFilters(scene, search, draw.integer(1, 2))
  if (filters === undefined || filters.words === '') return undefined
  const result = found(scene, search, filters)
  if (result === undefined || result.keys.length > 4) return undefined
  const table = tableNamed(scene, search.semantics.table)
  const { id } = result.call
  const places = result.keys.map((_, i) => `{${id}.items.${i}.${table.key}}`)
  const rows = inWords(result.keys.length === 1 ? table.singular : table.name)
  return {
    kind: 'list',
    clause: phrase(asks, draw, { rows: inWords(table.name), filters: filters.words }),
    rounds: [[result.call]],
    answer:
      result.keys.length === 1
        ? `there is one ${rows}: ${places[0]}.`
        : `there are ${result.keys.length} ${rows}: ${listed(places)}.`,
    facts: result.keys.map((key) => toldCheck(`that ${key} is one`, key)),
    reads: [`${table.name}/*`],
    writes: [],
  }
}
