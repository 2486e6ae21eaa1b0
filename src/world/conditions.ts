import type { Condition, Formula, Term } from './semantics.ts'
import type { Row, Value } from './state.ts'

/** What terms are read from. */
export interface Scope {
  readonly args: Readonly<Record<string, unknown>>
  readonly row?: Row
}

/** A term's value; undefined for a parameter that was not given. */
export function termValue(term: Term, { args, row }: Scope): Value | undefined {
  if ('value' in term) return term.value
  if ('column' in term) return row?.[term.column] ?? null
  return Object.hasOwn(args, term.param) ? (args[term.param] as Value) : undefined
}

/** A value as a text: a key, a part of a message. */
export const valueText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

const comparable = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value)

const equal = (left: Value, right: Value): boolean => comparable(left) === comparable(right)

const comparisons: Readonly<Record<Exclude<Condition['is'], 'in'>, (left: Value, right: Value) => boolean>> =
  {
    '=': equal,
    '!=': (left, right) => !equal(left, right),
    '<=': (left, right) => areOrdered(left, right),
    '>=': (left, right) => areOrdered(right, left),
    contains: (left, right) =>
      left !== null && valueText(left).toLowerCase().includes(valueText(right).toLowerCase()),
  }

/** What is of different types, or nothing, is in no order. */
function areOrdered(left: Value, right: Value): boolean {
  const [a, b] = [comparable(left), comparable(right)]
  return a !== null && b !== null && typeof a === typeof b && a <= b
}

/**
 * Whether a row meets a condition; one whose parameter was not given holds. Letters' case does not count. Of a list, any
 * value may be the one, or none for `!=`.
 */
export function holds({ column, is, term }: Condition, scope: Scope): boolean {
  const left = scope.row?.[column] ?? null
  const right = ('values' in term ? term.values : termValue(term, scope)) as
    | Value
    | readonly Value[]
    | undefined
  if (right === undefined) return true
  if (is !== 'in' && !Array.isArray(right)) return comparisons[is](left, right as Value)
  const isIn = [right].flat().some((value) => equal(left, value))
  return is === '!=' ? !isIn : isIn
}

const operations: Readonly<
  Record<'+' | '-' | '*' | '/' | 'min' | 'max', (args: readonly number[]) => number>
> = {
  '+': (args) => args.reduce((a, b) => a + b),
  '-': (args) => args.reduce((a, b) => a - b),
  '*': (args) => args.reduce((a, b) => a * b),
  '/': (args) => args.reduce((a, b) => a / b),
  min: (args) => Math.min(...args),
  max: (args) => Math.max(...args),
}

/** Cuts off what binary fractions leave behind: 0.1 + 0.2 is 0.3, and 0 has no sign. */
export const exact = (x: number): number =>
  (Number.isSafeInteger(x) ? x : Number.parseFloat(x.toPrecision(12))) + 0

/** To so many digits behind the point, halves up: 1.005 to two is 1.01. */
export const rounded = (x: number, digits: number): number =>
  exact(Math.round(exact(x * 10 ** digits)) / 10 ** digits)

/**
 * A formula's value; undefined where it is a parameter that was not given.
 *
 * @throws RangeError where a number is divided by 0 or an operand is none
 */
export function formulaValue(formula: Formula, scope: Scope): Value | undefined {
  if (!('op' in formula)) return termValue(formula, scope)
  const args = formula.args.map((arg) => {
    const value = formulaValue(arg, scope)
    if (typeof value !== 'number') throw new RangeError(`expected a number, got ${valueText(value)}`)
    return value
  })
  const result = formula.op === 'round' ? rounded(args[0]!, formula.digits) : operations[formula.op](args)
  if (!Number.isFinite(result)) throw new RangeError('the numbers given have no result')
  return exact(result)
}
