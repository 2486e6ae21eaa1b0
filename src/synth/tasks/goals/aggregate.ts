import type { Value } from '../../../world/state.ts'
import type { Goal } from '../goal.ts'
import { phrase } from '../phrases.ts'
import { told, toldCheck, wordsOf } from '../references.ts'
import { perform, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { inWords } from '../words.ts'
import { drawFilters } from './filters.ts'

const asks = {
  count: '[tell me|find out|check|let me know] how many {rows} there are{filters}|count the {rows}{filters}',
  sum: '[tell me|find out|work out] [the total {column}|what the {column} adds up to] over all {rows}{filters}',
  mean: '[tell me|find out|work out] the [average|mean] {column} of all {rows}{filters}',
  minimum: '[tell me|find out] the [lowest|smallest] {column} of all {rows}{filters}',
  maximum: '[tell me|find out] the [highest|largest] {column} of all {rows}{filters}',
} as const
const answers = {
  count: 'there are {place} {rows}{filters}.',
  sum: 'the total {column} of {rows}{filters} is {place}.',
  mean: 'the average {column} of {rows}{filters} is {place}.',
  minimum: 'the lowest {column} of {rows}{filters} is {place}.',
  maximum: 'the highest {column} of {rows}{filters} is {place}.',
} as const

/** One number over many rows. */
export function aggregate(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'aggregate')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const { function: name, column = '' } = tool.semantics
  const table = tableNamed(scene, tool.semantics.table)
  const filters = drawFilters(scene, tool, draw.integer(0, 2))
  const done = filters && perform(scene, tool.name, filters.values)
  if (filters === undefined || done === undefined) return undefined
  const value = (done.value as Record<string, Value>)[name] ?? null
  const where = filters.words === '' ? '' : ` whose ${filters.words}`
  const words = { rows: inWords(table.name), column: wordsOf(table, column), filters: where }
  return {
    kind: 'aggregate',
    clause: phrase(`[${asks[name]}]`, draw, words),
    rounds: [[done.call]],
    answer: phrase(answers[name], draw, { ...words, place: told(table, column, `${done.call.id}.${name}`) }),
    facts: [toldCheck(`the ${name} of ${inWords(table.name)}`, value)],
    reads: [`${table.name}/*`],
    writes: [],
  }
}
