import type { Column, Value } from '../../world/state.ts'
import { exact } from './phrases.ts'

/** `due_date` as `due date`, `dueDate` too. */
export const inWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\-.]+/g, ' ')
    .trim()
    .toLowerCase()

const dates: Readonly<Record<string, string>> = { expires: 'expiry' }

/** A column as people call it: `price_usd` in USD is the price, `bought_on` the bought date. */
export function columnInWords(name: string, column?: Column): string {
  const words = inWords(name)
  const unit = column !== undefined && 'unit' in column ? column.unit : undefined
  const bare = unit === undefined ? words : withoutUnit(words, unit)
  const day = column?.type === 'date' ? /^(.+) (?:on|at)$/.exec(bare)?.[1] : undefined
  return day === undefined ? bare : `${dates[day] ?? day} date`
}

const unitWords: Readonly<Record<string, string>> = { '%': 'percent', '°C': 'c', 'm²': 'm2' }

function withoutUnit(words: string, unit: string): string {
  const suffix = ` ${(unitWords[unit] ?? unit).toLowerCase()}`
  return words.endsWith(suffix) ? words.slice(0, -suffix.length) : words
}

/** `a` or `an`, by the letter. */
export const withArticle = (words: string): string => (/^[aeiou]/i.test(words) ? `an ${words}` : `a ${words}`)

/** `on_the_way` as `on the way`; `AB-` stays as it is. */
const asSpoken = (value: string): string => (/^[a-z0-9]+(_[a-z0-9]+)+$/.test(value) ? inWords(value) : value)

/** How a value of a column is written in a sentence; numbers with their unit. */
export function valueInWords(value: Value, column: Column | undefined): string {
  if (value === null) return 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') {
    const unit = column !== undefined && 'unit' in column ? column.unit : undefined
    return unit === undefined ? exact(String(value)) : exact(unit === '%' ? `${value}%` : `${value} ${unit}`)
  }
  if (column?.type === 'enum') return exact(asSpoken(value))
  // A phrase within a sentence has to be told apart from it.
  return exact(column?.type === 'text' && /^[a-z].* /.test(value) ? `"${value}"` : value)
}

/** The texts that tell a value, for a check of what was said. */
export function tellings(value: Value): readonly string[] {
  if (typeof value === 'number' && !Number.isInteger(value))
    return [...new Set([String(value), value.toFixed(2)])]
  if (typeof value !== 'string') return [String(value)]
  const words = asSpoken(value)
  return words === value ? [value] : [value, words]
}
