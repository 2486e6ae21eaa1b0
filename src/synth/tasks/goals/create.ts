import type { Value } from '../../../world/state.ts'
import type { PlanValue } from '../../../world/task.ts'
import type { Goal } from '../goal.ts'
import { listed, phrase } from '../phrases.ts'
import { toldCheck } from '../references.ts'
import { type Done, perform, type Scene, type ToolOf, tableNamed, toolsOf } from '../scene.ts'
import { paramOf, paramsOf } from '../tool-params.ts'
import { drawValue } from '../values.ts'
import { columnInWords, inWords, valueInWords, withArticle } from '../words.ts'

/** Values for a create tool's parameters, each with its column. */
export interface NewRow {
  readonly values: Readonly<Record<string, Value>>
  readonly words: string
}

/**
 * Values for a new row, all that the tool demands and some that it does not. `fixed` is what is known of it already:
 * those parameters are not put into words.
 */
export function drawRow(
  scene: Scene,
  { semantics, tool }: ToolOf<'create'>,
  fixed: Readonly<Record<string, Value>> = {},
): NewRow | undefined {
  const { draw } = scene
  const table = tableNamed(scene, semantics.table)
  const columnOf = new Map(
    Object.entries(semantics.set).map(([column, formula]) => [paramOf(formula), column]),
  )
  const values: Record<string, Value> = {}
  const words: string[] = []
  for (const { name, schema, required } of paramsOf(tool)) {
    if (fixed[name] !== undefined) values[name] = fixed[name]
    if (fixed[name] !== undefined || (!required && draw.chance(0.6))) continue
    const column = columnOf.get(name)
    const value = column === undefined ? undefined : drawValue(scene, table.name, column, schema)
    if (value === undefined && !required) continue
    if (value === undefined || value === '') return undefined
    values[name] = value
    const text = typeof value === 'boolean' ? String(value) : valueInWords(value, table.columns[column!])
    words.push(`${columnInWords(name, table.columns[column!])} ${text}`)
  }
  return { values, words: listed(words) }
}

const asks =
  '[create|add|enter|set up] [a new {one}|{article}|another {one}] with {given}, and [tell me|give me|let me know] its {key}'

/** A goal of a row that was created by a call. */
export function createGoal(scene: Scene, tool: ToolOf<'create'>, done: Done, words: string): Goal {
  const table = tableNamed(scene, tool.semantics.table)
  const one = inWords(table.singular)
  const key = String((done.value as Record<string, Value>)[table.key])
  return {
    kind: 'create',
    clause: phrase(asks, scene.draw, {
      one,
      article: withArticle(one),
      given: words,
      key: keyInWords(table.key),
    }),
    rounds: [[done.call]],
    answer: `the new ${one} is {${done.call.id}.${table.key}}.`,
    facts: [toldCheck(`the ${keyInWords(table.key)} of the new ${one}`, key)],
    reads: [],
    writes: [`${table.name}/${key}`],
  }
}

const keyInWords = (key: string): string => (/id$/i.test(key) ? 'id' : inWords(key))

/** A new row of what the user says. */
export function create(scene: Scene): Goal | undefined {
  const tools = toolsOf(scene, 'create')
  if (tools.length === 0) return undefined
  const tool = scene.draw.pick(tools)
  const row = drawRow(scene, tool)
  if (row === undefined || row.words === '') return undefined
  const done = perform(scene, tool.name, row.values)
  return done && createGoal(scene, tool, done, row.words)
}

/** A new row, and one of another table that refers to it by the key that the first call tells. */
export function createPair(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'create')
  const pairs = tools.flatMap((outer) => {
    const table = tableNamed(scene, outer.semantics.table)
    return Object.entries(outer.semantics.set).flatMap(([column, formula]) => {
      const about = table.columns[column]
      const param = paramOf(formula)
      if (about?.type !== 'reference' || param === null) return []
      return tools
        .filter((inner) => inner.semantics.table === about.table && inner !== outer)
        .map((inner) => ({ outer, inner, param }))
    })
  })
  if (pairs.length === 0) return undefined
  const { outer, inner, param } = draw.pick(pairs)
  const innerRow = drawRow(scene, inner)
  const first = innerRow && perform(scene, inner.name, innerRow.values)
  if (innerRow === undefined || first === undefined) return undefined
  const innerTable = tableNamed(scene, inner.semantics.table)
  const outerTable = tableNamed(scene, outer.semantics.table)
  const key = String((first.value as Record<string, Value>)[innerTable.key])
  const outerRow = drawRow(first.scene, outer, { [param]: key })
  const place: PlanValue = { result: first.call.id, path: [innerTable.key] }
  const second = outerRow && perform(first.scene, outer.name, outerRow.values, { [param]: place })
  if (outerRow === undefined || second === undefined || innerRow.words === '' || outerRow.words === '')
    return undefined
  const goals = [
    createGoal(scene, inner, first, innerRow.words),
    createGoal(first.scene, outer, second, outerRow.words),
  ] as const
  const [one, other] = [inWords(innerTable.singular), inWords(outerTable.singular)]
  return {
    kind: 'create pair',
    clause: phrase(
      '[add|create|set up] a new {one} with {given}, then [add|create] {article} for [this new {one}|it] with {rest}, and [tell me|let me know] both ids',
      draw,
      { one, article: withArticle(other), given: innerRow.words, rest: outerRow.words },
    ),
    rounds: [[first.call], [second.call]],
    answer: `the new ${one} is {${first.call.id}.${innerTable.key}}, and the new ${other} is {${second.call.id}.${outerTable.key}}.`,
    facts: goals.flatMap(({ facts }) => facts),
    reads: [],
    writes: goals.flatMap(({ writes }) => writes),
  }
}
