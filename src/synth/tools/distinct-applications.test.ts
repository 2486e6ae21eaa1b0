import { expect, test } from 'vitest'
import { applicationAt } from './application.ts'
import { createDistinctApplications } from './distinct-applications.ts'

const application = applicationAt(3, 0)
const first = { ...application, tools: application.tools.slice(0, 3) }

test('the tools of an application that is dropped do not stand in the way of later ones', () => {
  const [alone, after] = [createDistinctApplications(), createDistinctApplications()]
  expect(after.add(first)).toBeUndefined()
  expect(after.add(application)).toEqual(alone.add(application))
  expect(after.counts.tools).toBe(alone.counts.tools)
  expect(after.add(application)).toBeUndefined()
})

test('an application may need fewer tools than others', () => {
  const distinct = createDistinctApplications()
  expect(distinct.add(first, 1)?.tools.length).toBeGreaterThan(0)
  expect(distinct.add(first, 1)).toBeUndefined()
})
