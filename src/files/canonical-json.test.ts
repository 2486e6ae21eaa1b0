import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

/** The same value with the members of all objects in another order. */
const shuffled = (value: unknown, turn: number): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, turn))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, turn)] as const)
  const at = entries.length === 0 ? 0 : turn % entries.length
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].reverse())
}

describe('canonical JSON', () => {
  it('is the same for every order of keys, and means what was given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, turn) => {
        const given = JSON.parse(JSON.stringify(value))
        const text = canonicalJson(given)
        expect(canonicalJson(shuffled(given, turn))).toBe(text)
        expect(JSON.parse(text)).toEqual(given)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it('writes the example of RFC 8785', () => {
    expect(
      canonicalJson({
        numbers: JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]'),
        string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
        literals: [null, true, false],
      }),
    ).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    expect(canonicalJson({ '\ufb33': 1, '\ud83d\ude00': 2, '\u20ac': 3, '1': 4, '\r': 5 })).toBe(
      '{"\\r":5,"1":4,"\u20ac":3,"\ud83d\ude00":2,"\ufb33":1}',
    )
  })

  it('leaves out what is undefined, takes typed arrays as lists, and asks toJSON', () => {
    expect(canonicalJson({ b: undefined, a: Int32Array.of(1, -1), c: [undefined] })).toBe(
      '{"a":[1,-1],"c":[null]}',
    )
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
  })

  it('refuses what is no JSON, with its path', () => {
    expect(() => canonicalJson({ a: [1, { b: Number.NaN }] })).toThrow('a[1].b: NaN has no JSON form')
    expect(() => canonicalJson(undefined)).toThrow('value: undefined has no JSON form')
    expect(() => canonicalJson({ f: () => 1 })).toThrow('f: function has no JSON form')
    expect(() => canonicalJson(1n)).toThrow('value: bigint has no JSON form')
    const cyclic: Record<string, unknown> = {}
    cyclic.self = { cyclic }
    expect(() => canonicalJson(cyclic)).toThrow('self.cyclic: it contains itself')
  })

  it('writes what is shared but not cyclic', () => {
    const one = { a: 1 }
    expect(canonicalJson([one, one])).toBe('[{"a":1},{"a":1}]')
  })
})
