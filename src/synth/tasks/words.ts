import type { Column, Value } from '../../world/state.ts'
import { exact } from './phrases.ts'

/** `due_date` as `due date`, `dueDate` too. */
export const inWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\-.]+/g, ' ')
    .trim()
    .toLowerCase()

/** `a` or `an`, by the letter. */
export const withArticle = (words: string): string => (/^[aeiou]/i.test(words) ? `an ${words}` : `a ${words}`)

/** How a value of a column is written in a sentence; numbers with their unit. */
export function valueInWords(value: Value, column: Column | undefined): string {
  if (value === null) return 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') {
    const unit = column !== undefined && 'unit' in column ? column.unit : undefined
    return unit === undefined ? exact(String(value)) : exact(`${value} ${unit}`)
  }
  return exact(column?.type === 'enum' ? inWords(value) : value)
}

/** The texts that tell a value, for a check of what was said. */
export function tellings(value: Value): readonly string[] {
  if (typeof value !== 'string') return [String(value)]
  const words = inWords(value)
  return words === value.toLowerCase() ? [value] : [value, words]
}
