import type { Value } from '../../../world/state.ts'
import type { PlannedCall } from '../goal.ts'
import { exact, listed } from '../phrases.ts'
import { filterInWords } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, type ToolOf, tableNamed } from '../scene.ts'
import { paramOf, paramsOf } from '../tool-params.ts'
import { drawValue } from '../values.ts'

/** Arguments of a search or an aggregate, with the filters that they are in words. */
export interface Filters {
  readonly values: Readonly<Record<string, Value>>
  /** `city is Porto and status is planned`; empty where nothing is filtered. */
  readonly words: string
}

/**
 * At most `most` filters, all that the tool demands among them, for values that some row has. undefined where the tool
 * demands something that no row of the state can give.
 */
export function drawFilters(
  scene: Scene,
  { semantics, tool }: ToolOf<'search'> | ToolOf<'aggregate'>,
  most: number,
): Filters | undefined {
  const { draw } = scene
  const table = tableNamed(scene, semantics.table)
  const keys = keysIn(scene, table.name)
  if (keys.length === 0) return undefined
  const row = rowIn(scene, table.name, draw.pick(keys))
  const byParam = new Map(
    semantics.where.map((condition) => [
      paramOf('values' in condition.term ? undefined : condition.term),
      condition,
    ]),
  )
  const required = paramsOf(tool).filter((param) => param.required)
  if (required.some(({ name }) => !byParam.has(name))) return undefined
  const optional = paramsOf(tool).filter((param) => !param.required && byParam.has(param.name))
  const chosen = [...required, ...draw.sample(optional, Math.max(0, most - required.length))]
  const values: Record<string, Value> = {}
  const words: string[] = []
  for (const { name, schema } of chosen) {
    const { column, is } = byParam.get(name)!
    const own = row[column] ?? null
    const value = is === '!=' ? drawValue(scene, table.name, column, schema, own) : own
    if (value === undefined || value === null || value === '') return undefined
    values[name] = value
    words.push(
      column === table.key
        ? `${table.key} is ${exact(String(value))}`
        : filterInWords(table, column, is, value),
    )
  }
  return { values, words: listed(words) }
}

/** The rows that a search finds; undefined where it finds none, or more than it tells. */
export function found(
  scene: Scene,
  search: ToolOf<'search'>,
  { values }: Filters,
): { readonly call: PlannedCall; readonly keys: readonly string[] } | undefined {
  const done = perform(scene, search.name, values)
  if (done === undefined) return undefined
  const { items, total } = done.value as { items: readonly Record<string, Value>[]; total: number }
  const { key } = tableNamed(scene, search.semantics.table)
  if (items.length === 0 || total > items.length) return undefined
  return { call: done.call, keys: items.map((item) => String(item[key])) }
}
