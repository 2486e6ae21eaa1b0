import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseWithin } from './choose-within.ts'

test('what is chosen is within the bound and begins what a larger bound gives', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(sizes, fc.nat({ max: 400 }), fc.nat(), (sizes, most, key) => {
      const chosen = chooseWithin(sizes.length, (i) => sizes[i]!, most, key)
      const all = chooseWithin(sizes.length, (i) => sizes[i]!, Number.POSITIVE_INFINITY, key)
      expect(all.toSorted((a, b) => a - b)).toEqual([...sizes.keys()])
      expect(chosen).toEqual(all.slice(0, chosen.length))
      const total = (items: readonly number[]) => items.reduce((sum, item) => sum + sizes[item]!, 0)
      if (chosen.length > 1) expect(total(chosen)).toBeLessThanOrEqual(most)
      if (chosen.length < all.length) expect(total(all.slice(0, chosen.length + 1))).toBeGreaterThan(most)
      expect(chosen.length).toBeGreaterThan(0)
    }),
  )
})
