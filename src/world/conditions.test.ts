import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formulaValue, holds, rounded, termValue } from './conditions.ts'
import type { Condition, Formula } from './semantics.ts'
import type { Value } from './state.ts'

const row = { name: 'Ada Lund', age: 30, city: null, due: '2026-03-01', active: true }

describe('a condition', () => {
  test.each<[keyof typeof row, Condition['is'], unknown, boolean]>([
    ['name', '=', 'ada lund', true],
    ['name', '=', 'Ada', false],
    ['name', '!=', 'ADA LUND', false],
    ['name', '!=', 'Bo', true],
    ['name', 'contains', 'LUND', true],
    ['name', 'contains', 'x', false],
    ['age', '=', 30, true],
    ['age', '=', '30', false],
    ['age', '<=', 30, true],
    ['age', '<=', 29, false],
    ['age', '>=', 30, true],
    ['age', '>=', 31, false],
    ['age', '<=', 'z', false],
    ['age', '>=', null, false],
    ['due', '<=', '2026-03-01', true],
    ['due', '<=', '2026-02-28', false],
    ['due', '>=', '2025-12-31', true],
    ['city', '=', null, true],
    ['city', '=', 'null', false],
    ['city', '!=', 'Oslo', true],
    ['city', 'contains', 'nul', false],
    ['city', '<=', 'z', false],
    ['active', '=', true, true],
    ['active', '=', 'true', false],
    ['active', '!=', false, true],
    ['name', 'in', ['bo', 'ada lund'], true],
    ['name', 'in', ['bo'], false],
    ['name', 'in', 'ada lund', true],
    ['name', '=', ['bo', 'ADA LUND'], true],
    ['name', '!=', ['bo', 'ADA LUND'], false],
    ['name', '!=', ['bo'], true],
    ['name', 'in', [], false],
    ['name', 'contains', { toString: 1 }, false],
  ])('%s %s %j: %s', (column, is, right, expected) => {
    expect(holds({ column, is, term: { param: 'p' } }, { args: { p: right }, row })).toBe(expected)
    if (Array.isArray(right)) {
      const term = { values: right as Value[] }
      expect(holds({ column, is, term }, { args: {}, row })).toBe(expected)
    }
  })

  test('whose parameter was not given holds, whatever it asks', () => {
    for (const is of ['=', '!=', '<=', '>=', 'contains', 'in'] as const)
      expect(holds({ column: 'age', is, term: { param: 'constructor' } }, { args: {}, row })).toBe(true)
  })

  test('compares two columns of the row', () => {
    const condition: Condition = { column: 'age', is: '<=', term: { column: 'most' } }
    expect(holds(condition, { args: {}, row: { age: 3, most: 4 } })).toBe(true)
    expect(holds(condition, { args: {}, row: { age: 5, most: 4 } })).toBe(false)
  })
})

test('terms: a constant, a column (null where there is none), a parameter (undefined where it was not given)', () => {
  const scope = { args: { a: 1 }, row }
  expect(termValue({ value: null }, scope)).toBeNull()
  expect(termValue({ column: 'age' }, scope)).toBe(30)
  expect(termValue({ column: 'none' }, scope)).toBeNull()
  expect(termValue({ column: 'age' }, { args: {} })).toBeNull()
  expect(termValue({ param: 'a' }, scope)).toBe(1)
  expect(termValue({ param: 'b' }, scope)).toBeUndefined()
})

const op = (
  name: '+' | '-' | '*' | '/' | 'min' | 'max',
  ...args: readonly (number | Formula)[]
): Formula => ({
  op: name,
  args: args.map((arg) => (typeof arg === 'number' ? { value: arg } : arg)),
})
const round = (value: number, digits: number): Formula => ({ op: 'round', args: [{ value }], digits })

describe('a formula', () => {
  test.each<[Formula, number]>([
    [op('+', 0.1, 0.2), 0.3],
    [op('+', 1, 2, 3), 6],
    [op('-', 1, 0.9), 0.1],
    [op('-', 10, 3, 2), 5],
    [op('*', 1.1, 1.1), 1.21],
    [op('/', 1, 3), 0.333333333333],
    [op('min', 3, -1, 2), -1],
    [op('max', 3, -1, 2), 3],
    [op('*', op('+', 1, 2), op('-', 7, 3)), 12],
    [op('+', 1_234_567_890_123, 1), 1_234_567_890_124],
    [op('*', 0, -1), 0],
    [round(2.5, 0), 3],
    [round(1.005, 2), 1.01],
    [round(1.004, 2), 1],
    [round(-0.4, 0), 0],
    [round(1234.5678, 1), 1234.6],
  ])('%j is %d', (formula, value) => {
    expect(formulaValue(formula, { args: {} })).toBe(value)
  })

  test.each<[Formula, Record<string, unknown>, string]>([
    [op('/', 1, 0), {}, 'the numbers given have no result'],
    [op('/', 0, 0), {}, 'the numbers given have no result'],
    [op('*', 1e308, 10), {}, 'the numbers given have no result'],
    [op('+', 1, { param: 'a' }), {}, 'expected a number, got undefined'],
    [op('+', 1, { param: 'a' }), { a: '2' }, 'expected a number, got 2'],
    [op('+', 1, { param: 'a' }), { a: [2] }, 'expected a number, got [2]'],
    [op('+', 1, { param: 'a' }), { a: null }, 'expected a number, got null'],
  ])('%j of %j has none', (formula, args, message) => {
    expect(() => formulaValue(formula, { args })).toThrow(new RangeError(message))
  })

  test('that is a parameter may be of any type, or not given', () => {
    expect(formulaValue({ param: 'a' }, { args: { a: 'x' } })).toBe('x')
    expect(formulaValue({ param: 'a' }, { args: {} })).toBeUndefined()
  })

  test('rounds as decimals are rounded by hand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (thousandths) => {
        // Independent of binary fractions: the last of three digits decides.
        const hundredths = Math.floor(thousandths / 10) + (thousandths % 10 >= 5 ? 1 : 0)
        expect(rounded(Number(`${thousandths}e-3`), 2)).toBe(Number(`${hundredths}e-2`))
      }),
    )
  })
})
