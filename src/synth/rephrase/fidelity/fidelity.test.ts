import { expect, test } from 'vitest'
import { checkFidelity, knowledgeRules, mathematicsRules, translationRules } from './check-fidelity.ts'
import { lengthBetween, noRefusal, noTalk } from './form.ts'
import { sameLanguage } from './language-rule.ts'
import { languageOf } from './languages.ts'
import { namesKept, nameWords, noNewNames } from './names.ts'
import { datesKept, noNewNumbers, numbersKept, unitsKept } from './numbers.ts'
import type { FidelityRule } from './rule.ts'
import { formulasKept, negationsKept, notCopied, quotesKept } from './wording.ts'

const problems = (rule: FidelityRule, source: string, rewritten: string) => rule({ source, rewritten })

test.each([
  ['It has 12 doors.', 'Twelve doors are there.', []],
  ['It has 12 doors.', 'There are 13 doors.', ['lost the numbers 12']],
  ['It cost 1,234,567 crowns.', 'The price: 1234567 crowns.', []],
  ['It cost 1,500 crowns.', 'It cost one crown and 1.5 thousand.', []],
  ['It cost 3.5 million.', 'It cost 3,500,000.', []],
  ['It measures 1.234 units.', 'It measures 1,234 units.', []],
  ['Founded in 1907.', 'The founding was in 1970.', ['lost the numbers 1907']],
  ['He was twenty-one.', 'He was 21 then.', []],
  ['On 12 March 1994 it fell.', 'It fell on 1994-03-12.', []],
  ['Points:\n1. First\n2. Last', 'First, last', []],
  ['Version 1.2.3 came.', 'Then came 1.2.3.', []],
])('numbers of %j in %j', (source, rewritten, expected) => {
  expect(problems(numbersKept, source, rewritten)).toEqual(expected)
})

test('a number that the source lacks is told, the marks of a list are not', () => {
  expect(problems(noNewNumbers, 'It is old.', 'It is 300 years old.')).toEqual(['added the numbers 300'])
  expect(problems(noNewNumbers, 'It is old.', '1. It is old.\n2) So it is.')).toEqual([])
})

test.each([
  ['It is 5 km away.', 'Five kilometres lie between.', []],
  ['It is 5 km away.', 'It is 5 miles away.', ['lost the measures 5 km', 'added the measures 5 miles']],
  ['It costs $20.', 'The price is 20 dollars.', []],
  ['Water is 71% of it.', '71 percent of it is water.', []],
])('measures of %j in %j', (source, rewritten, expected) => {
  expect(problems(unitsKept, source, rewritten)).toEqual(expected)
})

test.each([
  ['It opened on 12 March 1994.', 'March 12th, 1994 saw it open.', []],
  [
    'It opened on 12 March 1994.',
    'It opened on 12 May 1994.',
    ['lost the dates month 3, day 12.3', 'added the dates month 5, day 12.5'],
  ],
  [
    '3 March and 12 April',
    '12 March and 3 April',
    ['lost the dates day 3.3, day 12.4', 'added the dates day 12.3, day 3.4'],
  ],
  ['1994年3月12日', 'March 12, 1994', []],
  ['Of the 12 may come as many as march 3 miles.', 'As many may come of the 12 as march 3 miles.', []],
  ['They may come in May 1968.', 'In May of 1968 they might come.', []],
])('dates of %j in %j', (source, rewritten, expected) => {
  expect(problems(datesKept, source, rewritten).toSorted()).toEqual([...expected].toSorted())
})

test('names are told by capitals inside sentences', () => {
  const text =
    'The engineer Ada Lovelace met Babbage. In London the BBC was not yet. Perhaps I know. A perhaps.'
  expect([...nameWords(text)]).toEqual(['Ada', 'Lovelace', 'Babbage', 'London', 'BBC'])
})

test.each([
  ['He met Ada Lovelace.', 'Ada Lovelace was met by him.', []],
  ['He met Ada Lovelace.', 'He met the countess.', ['lost the names Ada, Lovelace']],
  ["It is Newton's law in Saint-Denis.", 'Of Newton is the law, in Saint Denis.', []],
  ['Er traf den Mann, und das ist die Stadt, die nicht alt ist.', 'etwas anderes', []],
])('names of %j in %j', (source, rewritten, expected) => {
  expect(problems(namesKept, source, rewritten)).toEqual(expected)
})

test('a name that the source lacks is told, a source word with a capital is not', () => {
  expect(problems(noNewNames, 'He met her.', 'In town he met Greta.')).toEqual(['added the names Greta'])
  expect(problems(noNewNames, 'the law of motion', 'It is called Law of Motion.')).toEqual([])
})

test('quotations stay as they are', () => {
  const source = 'She said “the sky is not the limit” and left.'
  expect(problems(quotesKept, source, 'Leaving, she said: "The sky is not the limit."')).toEqual([])
  expect(problems(quotesKept, source, 'She said that the sky is no limit.')).toEqual([
    'lost the quotations "the sky is not the limit"',
  ])
})

test('negations neither come nor go', () => {
  const source = 'The bridge of the town was not built, and that is known from the letters.'
  expect(
    problems(negationsKept, source, 'From the letters it is known that the bridge was never built.'),
  ).toEqual([])
  expect(problems(negationsKept, source, 'From the letters it is known that the bridge was built.')).toEqual([
    'the source denies once, the rewriting 0 times',
  ])
  expect(
    problems(
      negationsKept,
      'It is the oldest of the town and was in use.',
      'It was not only in use, it is the oldest of the town.',
    ),
  ).toEqual([])
})

test('formulas stay, spaces aside', () => {
  const source = 'From $a^2 + b^2 = c^2$ follows \\(c = \\sqrt{a^2+b^2}\\).'
  expect(problems(formulasKept, source, 'As $a^2+b^2=c^2$, we get $c=\\sqrt{a^2 + b^2}$.')).toEqual([])
  expect(problems(formulasKept, source, 'As $a^2+b^2=c^2$, we get $c = a + b$.')).toEqual([
    'lost the formulas $c = \\sqrt{a^2+b^2}$',
  ])
})

test('a copy is no rewriting', () => {
  const source = 'The old mill by the river was built by the monks of the abbey and is still in use.'
  expect(problems(notCopied, source, source)).toEqual(["100% of the wording is the source's"])
  expect(problems(notCopied, 'Too short.', 'Too  short.')).toEqual(['the text is the same'])
  expect(
    problems(
      notCopied,
      source,
      'Monks of the abbey built the mill, which is old and still used, by the river.',
    ),
  ).toEqual([])
})

test.each([
  'Here is the rewritten passage: It rains.',
  'Sure! It rains.',
  'It rains. I hope this helps!',
  'It rains. Note that I have kept all facts.',
  '<target>It rains.</target>',
  'Rewritten text: It rains.',
])('%j talks about the task', (rewritten) => {
  expect(problems(noTalk, 'Rain falls.', rewritten)).toHaveLength(1)
  expect(problems(noTalk, rewritten, rewritten)).toEqual([])
})

test.each([
  "I'm sorry, that is not possible.",
  'I cannot rewrite this text.',
  'As an AI language model I have no view.',
])('%j declines', (rewritten) => {
  expect(problems(noRefusal, 'Rain falls.', rewritten)).toHaveLength(1)
})

test('plain texts are no talk', () => {
  for (const text of [
    'Here is where the river ends.',
    'Of course it rained on the day.',
    'This is a story of a town.',
  ])
    expect(problems(noRefusal, 'x', text)).toEqual([])
  expect(problems(noTalk, 'x', 'Here is where the river ends.')).toEqual([])
})

test.each([
  ['The house of the man was on the hill, and it is old.', 'en'],
  ['Das Haus und die Stadt sind nicht alt, und der Mann wird dem Kind von der Stadt erzählen.', 'de'],
  ['La maison est dans la ville et les enfants sont avec une femme qui est sur le pont.', 'fr'],
  ['La casa está en la ciudad y los niños son más que las flores, pero el hombre fue con una mujer.', 'es'],
  ['這座橋建於一九〇七年。', 'zh'],
  ['この橋は古い。', 'ja'],
  ['Мост построен в городе.', 'ru'],
  ['$x^2$', null],
  ['Oslo Lima', null],
])('%j is in %j', (text, expected) => {
  expect(languageOf(text)).toBe(expected)
})

test('another language is told', () => {
  expect(
    problems(
      sameLanguage,
      'The house of the man was on the hill.',
      'Das Haus ist alt und die Stadt ist nicht groß, und der Mann wird alt.',
    ),
  ).toEqual(['the language is "de", the source\'s is "en"'])
})

test('too short and too long', () => {
  expect(problems(lengthBetween(0.5, 2), 'x'.repeat(100), 'x'.repeat(20))).toEqual([
    '0.20 times as long as the source, outside 0.5 to 2',
  ])
  expect(problems(lengthBetween(0.5, 2), 'x'.repeat(100), 'x'.repeat(150))).toEqual([])
})

const source =
  'The Vantaa bridge was opened on 12 March 1907 by the engineer Ilse Karhu. It is 83 m long and was not rebuilt after the fire of 1921.'
const faithful =
  'Ilse Karhu, an engineer, opened the bridge of Vantaa on March 12, 1907. Its length is 83 metres, and after the fire in 1921 nobody rebuilt it.'

test('a faithful rewriting keeps all rules, and each fault is named', () => {
  const check = (rewritten: string) => checkFidelity(knowledgeRules, { source, rewritten })?.rule ?? null
  expect(check(faithful)).toBeNull()
  expect(check(faithful.replace('1921', '1912'))).toBe('numbers lost')
  expect(check(`${faithful} It has 4 arches.`)).toBe('numbers added')
  expect(check(faithful.replace('March', 'May'))).toBe('dates')
  expect(check(faithful.replace('metres', 'feet'))).toBe('units')
  expect(check(faithful.replace('Ilse Karhu, an engineer,', 'An engineer'))).toBe('names lost')
  expect(check(faithful.replace('engineer,', 'engineer from Turku,'))).toBe('names added')
  expect(check(faithful.replace('nobody rebuilt it', 'it was rebuilt'))).toBe('negations')
  expect(check(faithful.slice(0, 50))).toBe('length')
  expect(check(source)).toBe('copied')
})

test('mathematics may gain steps but lose no formula', () => {
  const problem = 'Solve $x^2 = 9$. Then $x = 3$ or $x = -3$. Subscribe to our channel!'
  const check = (rewritten: string) =>
    checkFidelity(mathematicsRules, { source: problem, rewritten })?.rule ?? null
  expect(
    check(
      'Given: $x^2 = 9$. Since $3 \\cdot 3 = 9$ and $(-3)^2 = 9$ (see rule 5 of Vieta): $x = 3$ or $x = -3$.',
    ),
  ).toBeNull()
  expect(check('Given: $x^2 = 9$. The solution is $x = 3$, and 3 alone.')).toBe('formulas')
})

test('a translation is held to its language and numbers', () => {
  const german =
    'Die Brücke ist 1.250 m lang und wurde am 12. März 1907 für die Stadt gebaut. Sie ist das Werk von Ilse Karhu.'
  const english =
    'The bridge is 1,250 m long and was built for the city on 12 March 1907. It is the work of Ilse Karhu.'
  const check = (rewritten: string) =>
    checkFidelity(translationRules('en'), { source: german, rewritten })?.rule ?? null
  expect(check(english)).toBeNull()
  expect(check(german)).toBe('language')
  expect(check(english.replace('1,250', '1,520'))).toBe('numbers lost')
  expect(check(english.replace('March', 'May'))).toBe('dates')
})
