import { expect, test } from 'vitest'
import { either, pluralOf, thirdPerson, withArticle } from './words.ts'

test.each([
  ['shipment', 'shipments'],
  ['library_book', 'library_books'],
  ['delivery', 'deliveries'],
  ['day', 'days'],
  ['match', 'matches'],
  ['ward_bed', 'ward_beds'],
  ['running_process', 'running_processes'],
])('the plural of %s is %s', (one, many) => expect(pluralOf(one)).toBe(many))

test.each([
  ['cancel a match', 'cancels a match'],
  ['carry it', 'carries it'],
  ['go back', 'goes back'],
  ['dispatch', 'dispatches'],
  ['play', 'plays'],
  ['fix a fault', 'fixes a fault'],
])('%s, %s', (imperative, third) => expect(thirdPerson(imperative)).toBe(third))

test.each([
  'an invoice',
  'a shipment',
  'a university',
  'a user',
  'an open case',
  'a eucalyptus',
  'a one-way trip',
])('%s', (phrase) => expect(withArticle(phrase.replace(/^an? /, ''))).toBe(phrase))

test('lists of words', () => {
  expect(either(['a'])).toBe('a')
  expect(either(['a', 'b', 'c'])).toBe('a, b or c')
  expect(either(['a', 'b'], 'and')).toBe('a and b')
})
