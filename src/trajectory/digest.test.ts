import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { digestOf } from './digest.ts'

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
        expect(canonicalJson(shuffled(given, turn))).toBe(canonicalJson(given))
        expect(JSON.parse(canonicalJson(given))).toEqual(given)
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

  it('leaves out what is undefined and takes typed arrays as lists', () => {
    expect(canonicalJson({ b: undefined, a: Int32Array.of(1, -1), c: [undefined] })).toBe(
      '{"a":[1,-1],"c":[null]}',
    )
  })

  it('refuses what is no JSON, with its path', () => {
    expect(() => canonicalJson({ a: [1, { b: Number.NaN }] })).toThrow('a[1].b: NaN has no JSON form')
    expect(() => canonicalJson(() => 1)).toThrow('value: function has no JSON form')
    const cyclic: Record<string, unknown> = {}
    cyclic.self = { cyclic }
    expect(() => canonicalJson(cyclic)).toThrow('self.cyclic: it contains itself')
  })
})

it('a digest is the SHA-256 of it', () => {
  // printf '{"a":1,"b":[]}' | sha256sum
  expect(digestOf({ b: [], a: 1 })).toBe('f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c')
  expect(digestOf({ b: [], a: 2 })).not.toBe(digestOf({ b: [], a: 1 }))
})
