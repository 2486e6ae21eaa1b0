import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draws } from '../../draws.ts'
import { executeCall } from '../../world/execute.ts'
import { applicationAt } from './application.ts'
import { applicationProblems } from './application-problems.ts'
import { domains } from './domains/domains.ts'
import { sampleArguments } from './sample-arguments.fixture.ts'
import { sampleState } from './sample-state.ts'

test('applications of any seed and index have no problems: schemas, references, names', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(20_000), (seed, index) => {
      expect(applicationProblems(applicationAt(seed, index))).toEqual([])
    }),
    { numRuns: 12 },
  )
}, 60_000)

test('an application depends on its seed and index alone', () => {
  const before = JSON.stringify(applicationAt(7, 40))
  applicationAt(8, 3)
  expect(JSON.stringify(applicationAt(7, 40))).toBe(before)
  expect(JSON.stringify(applicationAt(7, 41))).not.toBe(before)
  expect(JSON.stringify(applicationAt(8, 40))).not.toBe(before)
})

test('sixteen applications in a row are of the sixteen domains, and names do not repeat', () => {
  const applications = Array.from({ length: 480 }, (_, i) => applicationAt(3, i))
  expect(new Set(applications.slice(0, 16).map(({ domain }) => domain))).toEqual(
    new Set(domains.map(({ name }) => name)),
  )
  expect(new Set(applications.map(({ name }) => name)).size).toBe(480)
})

describe('every kind of tool can be executed', () => {
  test.each([0, 1])('seed %i', (seed) => {
    const succeeded = new Map<string, number>()
    const reasons: string[] = []
    for (let i = 0; i < 16; i++) {
      const application = applicationAt(seed, i)
      const state = sampleState(application, { seed, rows: 12 })
      for (const { declaration, semantics } of application.tools) {
        const draw = draws(seed, `arguments of ${declaration.function.name}`, i)
        const results = Array.from({ length: 6 }, () =>
          executeCall(application, state, {
            name: declaration.function.name,
            arguments: JSON.stringify(sampleArguments(application, declaration, semantics!, state, draw)),
          }),
        )
        const { kind } = semantics!
        if (results.some(({ ok }) => ok)) succeeded.set(kind, (succeeded.get(kind) ?? 0) + 1)
        for (const result of results)
          if (!result.ok && /^arguments|^the arguments|^there is no|expected a number/.test(result.error))
            reasons.push(`${declaration.function.name}: ${result.error}`)
      }
    }
    expect(reasons).toEqual([])
    expect([...succeeded.keys()].toSorted()).toEqual(
      expect.arrayContaining(['aggregate', 'compute', 'create', 'get', 'remove', 'search', 'update']),
    )
  })
})

test('a refusal tells the row it is about and why', () => {
  const messages = new Set<string>()
  for (let i = 0; i < 48; i++) {
    const application = applicationAt(5, i)
    const state = sampleState(application, { seed: 5, rows: 8 })
    for (const { declaration, semantics } of application.tools) {
      if (semantics?.kind !== 'update' || semantics.guards.length === 0) continue
      const draw = draws(1, declaration.function.name)
      const args = sampleArguments(application, declaration, semantics, state, draw)
      const result = executeCall(application, state, {
        name: declaration.function.name,
        arguments: JSON.stringify(args),
      })
      if (!result.ok) messages.add(result.error)
    }
  }
  expect(messages.size).toBeGreaterThan(20)
  for (const message of messages) expect(message).toMatch(/[A-Z]+-1\d{3}|^source and target/)
  expect([...messages].filter((message) => message.includes('{'))).toEqual([])
})
