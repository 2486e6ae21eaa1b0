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
  return args[term.param] as Value | undefined
}

const comparable = (value: Value): string | number =>
  typeof value === 'number' ? value : String(value).toLowerCase()

function compares(is: Condition['is'], left: Value, right: Value): boolean {
  if (is === 'contains') return String(left).toLowerCase().includes(String(right).toLowerCase())
  const [a, b] = [comparable(left), comparable(right)]
  if (is === '=') return a === b
  if (is === '!=') return a !== b
  if (left === null || right === null || typeof a !== typeof b) return false
  return is === '<=' ? a <= b : a >= b
}

/** Whether a row meets a condition; one whose parameter was not given holds. Letters' case does not count. */
export function holds({ column, is, term }: Condition, scope: Scope): boolean {
  const left = scope.row?.[column] ?? null
  if ('values' in term) {
    const isIn = term.values.some((value) => comparable(value) === comparable(left))
    return is === '!=' ? !isIn : isIn
  }
  const right = termValue(term, scope) as Value | readonly Value[] | undefined
  if (is === 'in' || Array.isArray(right))
    return right === undefined || [right].flat().some((value) => comparable(value) === comparable(left))
  return right === undefined || compares(is, left, right as Value)
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

/** Cuts off what binary fractions leave behind: 0.1 + 0.2 is 0.3. */
const exact = (x: number): number => Number.parseFloat(x.toPrecision(12))

/**
 * A formula's value; undefined where it is a parameter that was not given.
 *
 * @throws RangeError where a number is divided by 0 or an operand is none
 */
export function formulaValue(formula: Formula, scope: Scope): Value | undefined {
  if (!('op' in formula)) return termValue(formula, scope)
  const args = formula.args.map((arg) => {
    const value = formulaValue(arg, scope)
    if (typeof value !== 'number') throw new RangeError(`expected a number, got ${JSON.stringify(value)}`)
    return value
  })
  const result =
    formula.op === 'round'
      ? Math.round(args[0]! * 10 ** formula.digits) / 10 ** formula.digits
      : operations[formula.op](args)
  if (!Number.isFinite(result)) throw new RangeError('the numbers given have no result')
  return exact(result)
}
