import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pathParts } from './work-path.ts'

it('paths of files below the working directory are taken apart, others refused', () => {
  expect(pathParts('a.js')).toEqual(['a.js'])
  expect(pathParts('/work/src/./x/../a.js')).toEqual(['src', 'a.js'])
  expect(pathParts('..a/b')).toEqual(['..a', 'b'])
  for (const path of [
    '',
    '.',
    '/',
    '/work',
    '/work/',
    'a/',
    '..',
    '../a',
    'a/../../b',
    '/etc/passwd',
    'a\0b',
  ])
    expect(() => pathParts(path), path).toThrow('is no path of a file below the working directory')
})

it('no path leads out', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '..', '.', '', 'work', '..b')), (names) => {
      let parts: readonly string[] = ['a']
      try {
        parts = pathParts(names.join('/'))
      } catch {
        // Refused.
      }
      expect(parts.filter((part) => ['', '.', '..'].includes(part))).toEqual([])
    }),
  )
})
