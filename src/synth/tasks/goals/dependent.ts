import type { Value } from '../../../world/state.ts'
import type { Goal } from '../goal.ts'
import { listed, phrase } from '../phrases.ts'
import { named, told, toldCheck, wordsOf } from '../references.ts'
import { perform, rowIn, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramOf, paramsOf } from '../tool-params.ts'
import { isTelling } from '../values.ts'
import { inWords } from '../words.ts'
import { changeGoal, drawChange } from './change.ts'
import { drawFree, givenInWords, isOnlyOne } from './compute.ts'
import { drawFilters, found } from './filters.ts'
import { askableColumns } from './lookup.ts'
import { type Pointed, pointed } from './pointed.ts'

/** A goal on a row that is found first: its calls after those that find it, its key where they told it. */
function onPointed(goal: Goal, at: Pointed, keyParam: string, clause: string): Goal {
  const [[call]] = goal.rounds as readonly [readonly [Goal['rounds'][number][number]]]
  return {
    ...goal,
    kind: `${goal.kind} of a row found`,
    clause,
    rounds: [at.calls, [{ ...call, arguments: { ...call.arguments, [keyParam]: at.place } }]],
    reads: [...goal.reads, ...at.reads],
  }
}

/** A column of a row that must be found first. */
export function lookupFound(scene: Scene): Goal | undefined {
  const { draw } = scene
  const gets = toolsOf(scene, 'get').filter(({ semantics }) => paramOf(semantics.key) !== null)
  if (gets.length === 0) return undefined
  const get = draw.pick(gets)
  const table = tableNamed(scene, get.semantics.table)
  const at = pointed(scene, table.name)
  if (at === undefined) return undefined
  const param = paramOf(get.semantics.key)!
  const done = perform(scene, get.name, { [param]: at.key }, { [param]: at.place })
  // What the search has told already needs no second call.
  const shown = new Set(
    toolsOf(scene, 'search').flatMap(({ semantics }) =>
      semantics.table === table.name ? semantics.columns : [],
    ),
  )
  const columns = askableColumns(scene, get, at.key).filter(
    (column) => !shown.has(column) || at.reads[0] !== `${table.name}/*`,
  )
  if (done === undefined || columns.length === 0) return undefined
  const column = draw.pick(columns)
  const words = wordsOf(table, column)
  return {
    kind: 'lookup of a row found',
    clause: phrase('[tell me|look up|check|find out|let me know] the {words} of {row}', draw, {
      words,
      row: at.words,
    }),
    rounds: [at.calls, [done.call]],
    answer: `the ${words} of ${at.key} is ${told(table, column, `${done.call.id}.${column}`)}.`,
    facts: [toldCheck(`the ${words} of ${at.key}`, rowIn(scene, table.name, at.key)[column]!)],
    reads: [...at.reads, `${table.name}/${at.key}`],
    writes: [],
  }
}

/** A change of a row that must be found first. */
export function changeFound(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const at = pointed(scene, tool.semantics.table)
  const drawn = at && drawChange(scene, tool, at.key)
  const goal = drawn && changeGoal(scene, drawn, at.key)
  if (at === undefined || drawn === undefined || goal === undefined) return undefined
  const columns = drawn.unknown.map(
    (column) => ` and tell me the new ${wordsOf(tableNamed(scene, tool.semantics.table), column)}`,
  )
  return onPointed(goal, at, drawn.keyParam, `${drawn.request(at.words)}${columns.join('')}`)
}

/** The same change of two to four rows that meet a filter. */
export function changeEach(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const table = tableNamed(scene, tool.semantics.table)
  const searches = toolsOf(scene, 'search').filter(({ semantics }) => semantics.table === table.name)
  if (searches.length === 0) return undefined
  const search = draw.pick(searches)
  const filters = drawFilters(scene, search, draw.integer(1, 2))
  const result = filters && found(scene, search, filters)
  if (filters === undefined || result === undefined || filters.words === '') return undefined
  const { keys } = result
  const drawn = keys.length < 2 || keys.length > 4 ? undefined : drawChange(scene, tool, keys[0]!)
  if (drawn === undefined || drawn.unknown.length > 0) return undefined
  let at = scene
  const calls = []
  for (const [i, key] of keys.entries()) {
    const place = { result: result.call.id, path: ['items', i, table.key] }
    const done = perform(
      at,
      tool.name,
      { ...drawn.values, [drawn.keyParam]: key },
      { [drawn.keyParam]: place },
    )
    if (done === undefined) return undefined
    calls.push(done.call)
    at = done.scene
  }
  const same = keys.filter(
    (key) => JSON.stringify(rowIn(at, table.name, key)) === JSON.stringify(rowIn(scene, table.name, key)),
  )
  if (same.length > 0) return undefined
  return {
    kind: 'change of every row found',
    clause: drawn
      .request(`[every|each] ${inWords(table.singular)} whose ${filters.words}`)
      .replace('[every|each]', draw.pick(['every', 'each'])),
    rounds: [[result.call], calls],
    answer: `${drawn.report(listed(keys.map((_, i) => `{${result.call.id}.items.${i}.${table.key}}`)))}.`,
    facts: [],
    reads: [`${table.name}/*`],
    writes: keys.map((key) => `${table.name}/${key}`),
  }
}

/** A number from a number that stands in a row. */
export function computeFrom(scene: Scene): Goal | undefined {
  const { draw } = scene
  const ways = toolsOf(scene, 'compute')
    .filter((tool) => isOnlyOne(scene, tool))
    .flatMap((tool) =>
      toolsOf(scene, 'get').flatMap((get) => {
        const table = tableNamed(scene, get.semantics.table)
        const shown = get.semantics.columns ?? Object.keys(table.columns)
        return paramsOf(tool.tool)
          .filter(
            ({ name }) =>
              shown.includes(name) && ['number', 'integer'].includes(table.columns[name]?.type ?? ''),
          )
          .map(({ name }) => ({ tool, get, table, name }))
      }),
    )
  if (ways.length === 0) return undefined
  const { tool, get, table, name } = draw.pick(ways)
  const keyParam = paramOf(get.semantics.key)
  const keys = Object.keys(scene.state[table.name] ?? {})
  if (keyParam === null || keys.length === 0) return undefined
  const key = draw.pick(keys)
  const looked = perform(scene, get.name, { [keyParam]: key })
  const own = rowIn(scene, table.name, key)[name]
  if (looked === undefined || !isTelling(own)) return undefined
  const others: Record<string, Value> = {}
  for (const param of paramsOf(tool.tool).filter((one) => one.name !== name)) {
    const value = drawFree(scene, param)
    if (value === undefined) return undefined
    others[param.name] = value
  }
  const done = perform(
    scene,
    tool.name,
    { ...others, [name]: own },
    { [name]: { result: looked.call.id, path: [name] } },
  )
  if (done === undefined) return undefined
  const { result } = tool.semantics
  const given = Object.keys(others).length === 0 ? '' : ` and ${givenInWords(others)}`
  return {
    kind: 'number from a row',
    clause: phrase('[work out|calculate] the {result} for the {name} of {row}{given}', draw, {
      result: inWords(result),
      name: wordsOf(table, name),
      row: named(table, key),
      given,
    }),
    rounds: [[looked.call], [done.call]],
    answer: `the ${inWords(result)} is {${done.call.id}.${result}}.`,
    facts: [toldCheck(`the ${inWords(result)}`, (done.value as Record<string, Value>)[result] ?? null)],
    reads: [`${table.name}/${key}`],
    writes: [],
  }
}
