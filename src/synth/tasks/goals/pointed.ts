import type { PlanValue } from '../../../world/task.ts'
import type { PlannedCall } from '../goal.ts'
import { named } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'
import { inWords } from '../words.ts'
import { drawFilters, found } from './filters.ts'

/** A row that the user does not name by its key: how it is said, and the calls that find it. */
export interface Pointed {
  readonly key: string
  readonly words: string
  readonly calls: readonly PlannedCall[]
  /** Where its key stands in a result. */
  readonly place: PlanValue
  readonly reads: readonly string[]
}

/** `the delivery whose city is Porto`: the only row that a search finds. */
export function searched(scene: Scene, tableName: string): Pointed | undefined {
  const { draw } = scene
  const searches = toolsOf(scene, 'search').filter(({ semantics }) => semantics.table === tableName)
  if (searches.length === 0) return undefined
  const search = draw.pick(searches)
  const table = tableNamed(scene, tableName)
  const filters = drawFilters(scene, search, draw.integer(1, 3))
  if (filters === undefined || filters.words === '' || filters.words.includes(table.key)) return undefined
  const result = found(scene, search, filters)
  if (result?.keys.length !== 1) return undefined
  return {
    key: result.keys[0]!,
    words: `the ${inWords(table.singular)} whose ${filters.words}`,
    calls: [result.call],
    place: { result: result.call.id, path: ['items', 0, table.key] },
    reads: [`${tableName}/*`],
  }
}

/** `driver` of a column `driver_id`. */
const role = (column: string): string => inWords(column.replace(/_?(id|key|ref)$/i, '')) || inWords(column)

/** `the driver of delivery A-1`: the row that another one, which is looked up, refers to. */
export function referred(scene: Scene, tableName: string): Pointed | undefined {
  const { draw } = scene
  const ways = toolsOf(scene, 'get').flatMap((get) => {
    const table = tableNamed(scene, get.semantics.table)
    const shown = get.semantics.columns ?? Object.keys(table.columns)
    return shown.flatMap((name) => {
      const column = table.columns[name]
      return column?.type === 'reference' && column.table === tableName ? [{ get, table, name }] : []
    })
  })
  if (ways.length === 0) return undefined
  const { get, table, name } = draw.pick(ways)
  const keys = keysIn(scene, table.name)
  const param = paramOf(get.semantics.key)
  if (keys.length === 0 || param === null) return undefined
  const from = draw.pick(keys)
  const key = rowIn(scene, table.name, from)[name]
  const done = perform(scene, get.name, { [param]: from })
  if (done === undefined || typeof key !== 'string' || !keysIn(scene, tableName).includes(key))
    return undefined
  return {
    key,
    words: `the ${role(name)} of ${named(table, from)}`,
    calls: [done.call],
    place: { result: done.call.id, path: [name] },
    reads: [`${table.name}/${from}`],
  }
}

/** A row of a table by one way or the other. */
export const pointed = (scene: Scene, table: string): Pointed | undefined =>
  scene.draw.chance(0.5)
    ? (searched(scene, table) ?? referred(scene, table))
    : (referred(scene, table) ?? searched(scene, table))
