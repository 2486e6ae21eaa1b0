import type { Table, Value } from '../../world/state.ts'
import type { RubricCheck } from '../../world/task.ts'
import { exact, listed } from './phrases.ts'
import { inWords, tellings, valueInWords } from './words.ts'

/** `delivery DEL-1`. */
export const named = (table: Table, key: string): string => `${inWords(table.singular)} ${exact(key)}`

/** `the price and the status`. */
export const columnsInWords = (columns: readonly string[]): string =>
  listed(columns.map((column) => `the ${inWords(column)}`))

/** A place in a result, with its column's unit: `{7.price} EUR`. */
export function told(table: Table, column: string, place: string): string {
  const { unit } = (table.columns[column] ?? {}) as { unit?: string }
  return unit === undefined ? `{${place}}` : `{${place}} ${unit}`
}

/** A filter in words: `whose city is Porto`, without `whose`. */
export const filterInWords = (table: Table, column: string, is: string, value: Value): string => {
  const words = inWords(column)
  const text = valueInWords(value, table.columns[column])
  if (typeof value === 'boolean') return value ? `${words} is true` : `${words} is false`
  if (is === 'contains') return `${words} contains ${text}`
  if (is === '<=') return `${words} is at most ${text}`
  if (is === '>=') return `${words} is at least ${text}`
  return is === '!=' ? `${words} is not ${text}` : `${words} is ${text}`
}

/** That an answer has told a value. */
export const toldCheck = (what: string, value: Value): RubricCheck => ({
  name: `tells ${what}`,
  check: { kind: 'said', anyOf: tellings(value) },
})
