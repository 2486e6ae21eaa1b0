import type { Goal } from '../goal.ts'
import { exact, phrase } from '../phrases.ts'
import { toldCheck, wordsOf } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramNamed, paramOf, paramsOf } from '../tool-params.ts'
import { drawNumberFor } from '../values.ts'
import { inWords, valueInWords } from '../words.ts'

const asks =
  '[move|transfer|shift] {amount} of {column} from {one} {from} to {to}, and [tell me|let me know] what {column} {from} has left'

/** An amount moved between two rows. */
export function transfer(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'transfer')
  if (tools.length === 0) return undefined
  const { name, semantics, tool } = draw.pick(tools)
  const table = tableNamed(scene, semantics.table)
  const column = table.columns[semantics.column]
  const [fromParam, toParam, amountParam] = [semantics.from, semantics.to, semantics.amount].map(paramOf)
  const [from, to] = draw.sample(keysIn(scene, table.name), 2)
  if (!fromParam || !toParam || !amountParam || from === undefined || to === undefined) return undefined
  const given = new Set([fromParam, toParam, amountParam])
  if (paramsOf(tool).some(({ name: param, required }) => required && !given.has(param))) return undefined
  const left = Number(rowIn(scene, table.name, from)[semantics.column] ?? 0) - semantics.floor
  const { schema } = paramNamed(tool, amountParam)
  const isWhole = column?.type === 'integer'
  const amount = drawNumberFor(scene, { ...schema, ...(isWhole && { type: 'integer' }) }, 1, Math.floor(left))
  if (left < 1 || amount === undefined || amount > left) return undefined
  const done = perform(scene, name, { [fromParam]: from, [toParam]: to, [amountParam]: amount })
  if (done === undefined) return undefined
  const rest = rowIn(done.scene, table.name, from)[semantics.column]!
  const words = {
    amount: valueInWords(amount, column),
    column: wordsOf(table, semantics.column),
    one: inWords(table.singular),
    from: exact(from),
    to: exact(to),
  }
  const places = [from, to].map((key) => `${table.name}/${key}`)
  return {
    kind: 'transfer',
    clause: phrase(asks, draw, words),
    rounds: [[done.call]],
    answer: phrase('{amount} went from {from} to {to}, and {from} has {rest} left.', draw, {
      ...words,
      rest: valueInWords(rest, column),
    }),
    facts: [toldCheck(`what ${from} has left`, rest)],
    reads: places,
    writes: places,
  }
}
