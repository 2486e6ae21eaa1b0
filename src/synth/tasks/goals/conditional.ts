import type { Table, Value } from '../../../world/state.ts'
import { changes, type Goal } from '../goal.ts'
import { phrase } from '../phrases.ts'
import { named, told, toldCheck, wordsOf } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'
import { isTelling } from '../values.ts'
import { valueInWords } from '../words.ts'
import { change, changeGoal, drawChange } from './change.ts'
import { create } from './create.ts'
import { askableColumns } from './lookup.ts'
import { remove } from './remove.ts'

/** A condition on a column's value, drawn so that both outcomes come, and whether it holds. */
function drawCondition(
  { draw }: Scene,
  table: Table,
  column: string,
  value: string | number,
): { readonly words: string; readonly holds: boolean } | undefined {
  const about = table.columns[column]
  const holds = draw.chance(0.5)
  if (typeof value === 'number' && (about?.type === 'number' || about?.type === 'integer')) {
    const distance = Math.max(1, Math.round((about.maximum - about.minimum) * (0.05 + 0.15 * draw.unit())))
    const isAbove = draw.chance(0.5)
    const bound = Math.round(isAbove === holds ? value - distance : value + distance)
    if (bound < about.minimum || bound > about.maximum) return undefined
    const words = `is ${isAbove ? draw.pick(['above', 'more than']) : draw.pick(['below', 'less than'])} ${valueInWords(bound, about)}`
    return { words, holds: isAbove ? value > bound : value < bound }
  }
  if (about?.type !== 'enum') return undefined
  const other = about.values.filter((one) => one !== value)
  if (other.length === 0) return undefined
  return { words: `is ${valueInWords(holds ? value : draw.pick(other), about)}`, holds }
}

/** A change of the row itself, or another write. */
function consequence(scene: Scene, table: Table, key: string): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'update').filter(({ semantics }) => semantics.table === table.name)
  const drawn = tools.length > 0 && draw.chance(0.7) ? drawChange(scene, draw.pick(tools), key) : undefined
  const own = drawn && changeGoal(scene, drawn, key)
  return own ?? draw.pick([change, create, remove])(scene)
}

interface Outcome {
  readonly clause: string
  readonly goal?: Goal
}

/** `check X: if its status is A, do this, otherwise that`: what a result says decides which of two things is done. */
export function conditional(scene: Scene): Goal | undefined {
  const { draw } = scene
  const gets = toolsOf(scene, 'get').filter(({ semantics }) => paramOf(semantics.key) !== null)
  if (gets.length === 0) return undefined
  const get = draw.pick(gets)
  const table = tableNamed(scene, get.semantics.table)
  const keys = keysIn(scene, table.name)
  if (keys.length === 0) return undefined
  const key = draw.pick(keys)
  const columns = askableColumns(scene, get, key)
  const looked = perform(scene, get.name, { [paramOf(get.semantics.key)!]: key })
  if (columns.length === 0 || looked === undefined) return undefined
  const column = draw.pick(columns)
  const value: Value | undefined = rowIn(scene, table.name, key)[column]
  const condition = isTelling(value) ? drawCondition(scene, table, column, value) : undefined
  const goal = consequence(scene, table, key)
  if (condition === undefined || goal === undefined || !changes(goal)) return undefined
  const other = draw.chance(0.5) ? consequence(scene, table, key) : undefined
  if (other !== undefined && other.clause === goal.clause) return undefined
  const leave: Outcome = {
    clause: draw.pick([
      'leave everything as it is and tell me what it is',
      'change nothing and just tell me what it is',
    ]),
  }
  const positive: Outcome = { clause: goal.clause, goal }
  const negative: Outcome = other === undefined ? leave : { clause: other.clause, goal: other }
  const chosen = condition.holds ? positive : negative
  const words = wordsOf(table, column)
  const state = `the ${words} of ${key} is ${told(table, column, `${looked.call.id}.${column}`)}`
  return {
    kind: 'conditional',
    clause: phrase(
      '[check|look at|have a look at] {row}: if its {column} {condition}, {first}[;|,] [otherwise|if not,|else] {otherwise}',
      draw,
      {
        row: named(table, key),
        column: words,
        condition: condition.words,
        first: positive.clause,
        otherwise: negative.clause,
      },
    ),
    rounds: [[looked.call], ...(chosen.goal?.rounds ?? [])],
    answer:
      chosen.goal === undefined
        ? `${state}, so I have changed nothing.`
        : `${state}, so ${chosen.goal.answer}`,
    facts: chosen.goal?.facts ?? [toldCheck(`the ${words} of ${key}`, value!)],
    reads: [`${table.name}/${key}`, ...(chosen.goal?.reads ?? [])],
    writes: chosen.goal?.writes ?? [],
  }
}
