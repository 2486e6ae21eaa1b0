import type { Goal } from '../goal.ts'
import { listed, phrase } from '../phrases.ts'
import { columnsInWords, named, told, toldCheck, wordsOf } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, type ToolOf, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'
import { isTelling } from '../values.ts'

/** Columns that a get tool tells and that can be asked for. */
export function askableColumns(scene: Scene, { semantics }: ToolOf<'get'>, key: string): readonly string[] {
  const row = rowIn(scene, semantics.table, key)
  return (semantics.columns ?? Object.keys(row)).filter((column) => isTelling(row[column]))
}

const asks = '[tell me|look up|check|find out|give me|let me know|get me] {columns} of {row}'

/** One or two columns of a row whose key is known. */
export function lookup(scene: Scene): Goal | undefined {
  const { draw } = scene
  const gets = toolsOf(scene, 'get').filter(({ semantics }) => paramOf(semantics.key) !== null)
  if (gets.length === 0) return undefined
  const get = draw.pick(gets)
  const table = tableNamed(scene, get.semantics.table)
  const keys = keysIn(scene, table.name)
  if (keys.length === 0) return undefined
  const key = draw.pick(keys)
  const columns = draw.sample(askableColumns(scene, get, key), draw.chance(0.25) ? 2 : 1)
  const done = perform(scene, get.name, { [paramOf(get.semantics.key)!]: key })
  if (done === undefined || columns.length === 0) return undefined
  const { id } = done.call
  const row = rowIn(scene, table.name, key)
  const parts = columns.map(
    (column) => `the ${wordsOf(table, column)} of ${key} is ${told(table, column, `${id}.${column}`)}`,
  )
  return {
    kind: 'lookup',
    clause: phrase(asks, draw, { columns: columnsInWords(table, columns), row: named(table, key) }),
    rounds: [[done.call]],
    answer: `${listed(parts)}.`,
    facts: columns.map((column) => toldCheck(`the ${wordsOf(table, column)} of ${key}`, row[column]!)),
    reads: [`${table.name}/${key}`],
    writes: [],
  }
}
