import { expect, test } from 'vitest'
import { checkFidelity, knowledgeRules } from '../fidelity/check-fidelity.ts'
import { drawSheets } from './draw-sheets.ts'
import { people } from './people.ts'
import { writeSheet } from './write-sheet.ts'

const sheets = drawSheets(people, 60, 7)
const lineByLine = { name: 'lines', opening: '', between: '\n', closing: '', repeatsName: true }
const versions = Array.from({ length: 11 }, (_, i) => i)

test('people have names of their own, and more people are the same people and others', () => {
  expect(new Set(sheets.map(({ subject }) => subject.split(' ')[1])).size).toBe(60)
  expect(drawSheets(people, 200, 7).slice(0, 60)).toEqual(sheets)
  expect(drawSheets(people, 60, 8)).not.toEqual(sheets)
  expect(() => drawSheets(people, 1e6, 7)).toThrow('1000000 people: there are')
})

test('every version says every fact and keeps all rules of fidelity against the first', () => {
  for (const sheet of sheets) {
    const source = writeSheet(people, sheet, 0, 1)
    for (const version of versions) {
      const rewritten = writeSheet(people, sheet, version, 1)
      for (const said of [sheet.subject, ...sheet.values])
        expect(rewritten.toLowerCase()).toContain(said.toLowerCase())
      if (version > 0)
        expect([rewritten, checkFidelity(knowledgeRules, { source, rewritten })]).toEqual([rewritten, null])
    }
  }
})

test('in ten versions an attribute has ten sentences', () => {
  const sayings = people.attributes.map(({ sentences }) =>
    sentences.map((sentence) => new RegExp(`^${sentence.replace(/\{\w+\}/g, '(.+)')}$`, 'i')),
  )
  for (const sheet of sheets.slice(0, 20)) {
    const lines = versions
      .slice(0, 10)
      .map((version) => writeSheet({ ...people, perspectives: [lineByLine] }, sheet, version, 1).split('\n'))
    for (const ways of sayings) {
      const used = lines.map((some) => ways.findIndex((way) => some.some((line) => way.test(line))))
      expect(used.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  }
})

test('the same seed writes the same text', () => {
  expect(writeSheet(people, sheets[0]!, 3, 1)).toBe(writeSheet(people, sheets[0]!, 3, 1))
  expect(writeSheet(people, sheets[0]!, 3, 2)).not.toBe(writeSheet(people, sheets[0]!, 3, 1))
})

test('no text has the words of a question', () => {
  const texts = sheets.flatMap((sheet) => versions.map((version) => writeSheet(people, sheet, version, 1)))
  expect(texts.filter((text) => text.includes('?') || text.includes('Question'))).toEqual([])
})
