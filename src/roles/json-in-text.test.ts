import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonInText } from './json-in-text.ts'

test.each([
  ['{"a": 1}', [{ a: 1 }]],
  ['  [1, 2]\n', [[1, 2]]],
  ['Here it is:\n```json\n{"a": 1}\n```\nDone.', [{ a: 1 }, { a: 1 }]],
  ['First:\n```\n{"draft": 1}\n```\nBetter:\n```json\n{"a": 1}\n```', [{ a: 1 }, { draft: 1 }]],
  ['Sure! {"a": "}{"} Is that good?', [{ a: '}{' }]],
  ['[note] the answer {"a": [1, {"b": "\\"]"}]}', [{ a: [1, { b: '"]' }] }]],
  ['{"a": {"b": 1}', [{ b: 1 }]],
  ['I cannot do that.', []],
  ['', []],
  ["{'a': 1}", []],
])('%j', (text, values) => {
  const found = jsonInText(text)
  expect(found[0]).toEqual(values[0])
  for (const value of values) expect(found).toContainEqual(value)
  if (values.length === 0) expect(found).toEqual([])
})

const prose = fc.string({ unit: fc.constantFrom(...'abc .,!?:\n') })

test('any JSON is found in code blocks, any object in prose', () => {
  fc.assert(
    fc.property(prose, fc.json(), prose, (before, json, after) => {
      expect(jsonInText(`${before}\n\`\`\`json\n${json}\n\`\`\`\n${after}`)).toContainEqual(JSON.parse(json))
    }),
  )
  fc.assert(
    fc.property(prose, fc.dictionary(fc.string(), fc.jsonValue()), prose, (before, value, after) => {
      const json = JSON.stringify(value)
      expect(jsonInText(before + json + after)).toContainEqual(JSON.parse(json))
    }),
  )
})

test('a long text of brackets is soon done', () => {
  expect(jsonInText('['.repeat(200_000))).toEqual([])
})
