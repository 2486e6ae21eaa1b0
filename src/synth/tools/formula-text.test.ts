import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formulaValue } from '../../world/conditions.ts'
import { domains } from './domains/domains.ts'
import { formulaOf } from './formula-text.ts'

/** Expressions with a value that JavaScript agrees on. */
const expression = fc.letrec<{ sum: string; value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: 1, max: 99 }).map(String),
    tie('sum').map((inner) => `(${inner})`),
  ),
  sum: fc
    .tuple(tie('value'), fc.array(fc.tuple(fc.constantFrom('+', '-', '*'), tie('value')), { maxLength: 4 }))
    .map(([first, rest]) => `${first}${rest.map(([sign, next]) => ` ${sign} ${next}`).join('')}`),
})).sum

test('expressions have the value that JavaScript gives them', () => {
  fc.assert(
    fc.property(expression, (text) => {
      const args = { a: 3, b: 7, c: 2 }
      const expected = new Function('a', 'b', 'c', `return ${text}`)(3, 7, 2) as number
      fc.pre(Math.abs(expected) < 1e9)
      expect(formulaValue(formulaOf(text), { args })).toBe(expected === 0 ? 0 : expected)
    }),
  )
})

test('functions and fractions', () => {
  const value = (text: string) => formulaValue(formulaOf(text), { args: { x: 10 } })
  expect(value('round(x / 3, 2)')).toBe(3.33)
  expect(value('max(0, x - 20)')).toBe(0)
  expect(value('min(x, 2.5, 7)')).toBe(2.5)
})

test.each([
  ['1 +', 'expected a value, got its end'],
  ['(1', 'expected ), got its end'],
  ['1 2', 'nothing was expected after it, got 2'],
  ['round(1)', 'round needs a value and a number of digits'],
  ['* 2', 'expected a value, got *'],
])('%s is none', (text, message) => expect(() => formulaOf(text)).toThrow(message))

test('computations of the domains use just their parameters', () => {
  for (const { computations } of domains)
    for (const [name, { formula, parameters }] of Object.entries(computations)) {
      const used = new Set(JSON.stringify(formulaOf(formula)).match(/(?<="param":")\w+/g))
      expect([name, [...used].toSorted()]).toEqual([name, Object.keys(parameters).toSorted()])
    }
})
