import type { Table, Value } from '../../world/state.ts'
import type { RubricCheck } from '../../world/task.ts'
import { exact, listed } from './phrases.ts'
import { columnInWords, inWords, tellings, valueInWords } from './words.ts'

/** `delivery DEL-1`. */
export const named = (table: Table, key: string): string => `${inWords(table.singular)} ${exact(key)}`

/** `the price and the status`. */
export const columnsInWords = (table: Table, columns: readonly string[]): string =>
  listed(columns.map((column) => `the ${wordsOf(table, column)}`))

/** A column of a table as people call it. */
export const wordsOf = (table: Table, column: string): string => columnInWords(column, table.columns[column])

/** A place in a result, with its column's unit: `{7.price} EUR`. */
export function told(table: Table, column: string, place: string): string {
  const { unit } = (table.columns[column] ?? {}) as { unit?: string }
  // `42 coins` is enough said of the coins.
  if (unit === undefined || wordsOf(table, column).endsWith(unit.toLowerCase())) return `{${place}}`
  return unit === '%' ? `{${place}}%` : `{${place}} ${unit}`
}

/** A filter in words: `whose city is Porto`, without `whose`. */
export const filterInWords = (table: Table, column: string, is: string, value: Value): string => {
  const words = wordsOf(table, column)
  const isDate = table.columns[column]?.type === 'date'
  const text = valueInWords(value, table.columns[column])
  if (typeof value === 'boolean') return value ? `${words} is true` : `${words} is false`
  if (is === 'contains') return `${words} contains ${text}`
  if (is === '<=') return `${words} is ${isDate ? 'on or before' : 'at most'} ${text}`
  if (is === '>=') return `${words} is ${isDate ? 'on or after' : 'at least'} ${text}`
  return is === '!=' ? `${words} is not ${text}` : `${words} is ${text}`
}

/** That an answer has told a value. */
export const toldCheck = (what: string, value: Value): RubricCheck => ({
  name: `tells ${what}`,
  check: { kind: 'said', anyOf: tellings(value) },
})
