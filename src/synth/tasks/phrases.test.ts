import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draws } from '../../draws.ts'
import { exact, listed, phrase, plain } from './phrases.ts'
import { withTypos } from './typos.ts'
import { columnInWords, inWords, valueInWords } from './words.ts'

describe('phrases', () => {
  it('choose among alternatives, also nested ones, and fill slots in last', () => {
    const texts = new Set(
      Array.from({ length: 200 }, (_, i) => phrase('[a|b[c|d]|]{x}', draws(i, 'phrase'), { x: '[1|2]' })),
    )
    expect([...texts].sort()).toEqual(['[1|2]', 'a[1|2]', 'bc[1|2]', 'bd[1|2]'])
    expect(() => phrase('{missing}', draws(1))).toThrow('has no missing')
  })

  it('keep what is exact whatever is done to the rest', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 -]{1,30}$/), fc.nat(), (key, seed) => {
        const text = withTypos(
          `please look after this ${exact(key)} without any further delay`,
          draws(seed, 'slip'),
        )
        expect(plain(text)).toContain(key)
        expect(text).toContain(exact(key))
      }),
    )
  })

  it('list things as people do', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((parts) => listed(parts))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
  })
})

describe('words', () => {
  it('name columns as people call them', () => {
    expect(inWords('dueDate_of-item')).toBe('due date of item')
    expect(columnInWords('weight_kg', { type: 'number', minimum: 0, maximum: 1, unit: 'kg' })).toBe('weight')
    expect(columnInWords('expires_on', { type: 'date' })).toBe('expiry date')
    expect(columnInWords('paid_on', { type: 'date' })).toBe('paid date')
    expect(columnInWords('opinion', { type: 'text' })).toBe('opinion')
    expect(plain(valueInWords('on_the_way', { type: 'enum', values: ['on_the_way'] }))).toBe('on the way')
    expect(plain(valueInWords(3.5, { type: 'number', minimum: 0, maximum: 9, unit: '%' }))).toBe('3.5%')
  })
})
