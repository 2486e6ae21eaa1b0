import { expect, test } from 'vitest'
import { draws } from '../../draws.ts'
import { applicationAt } from './application.ts'
import { domains } from './domains/domains.ts'
import { lineageAt } from './lineage.ts'
import { mixins } from './mixins.ts'
import { poolText } from './pools/pool-text.ts'
import { pools } from './pools/pools.ts'
import { wordLists } from './pools/words.ts'
import { sampleState } from './sample-state.ts'
import { statesOf } from './thing.ts'

test('applications, references and settings name what there is', () => {
  for (const { name, entities, applications, settings } of domains) {
    for (const seed of Object.values(applications))
      for (const entity of seed.entities)
        expect([name, Object.keys(entities)]).toEqual([name, expect.arrayContaining([entity])])
    for (const entity of Object.values(entities))
      for (const column of Object.values(entity.columns))
        if (column.type === 'entity') expect(Object.keys(entities)).toContain(column.entity)
    for (const { only = [] } of settings)
      for (const seed of only) expect(Object.keys(applications)).toContain(seed)
  }
})

test('prefixes of keys tell the things of a domain apart', () => {
  for (const { name, entities } of domains) {
    const prefixes = Object.values(entities).map(({ prefix }) => prefix)
    expect([name, new Set(prefixes).size]).toEqual([name, prefixes.length])
  }
})

test('every state of a life can be reached from its start', () => {
  for (const { entities } of domains)
    for (const [name, { lifecycle }] of Object.entries(entities)) {
      if (lifecycle === undefined) continue
      const reached = new Set([lifecycle.start])
      for (let size = 0; size < reached.size; ) {
        size = reached.size
        for (const [from, to] of Object.values(lifecycle.moves))
          if (from.split('|').some((state) => reached.has(state))) reached.add(to)
      }
      expect([name, statesOf(lifecycle).filter((state) => !reached.has(state))]).toEqual([name, []])
    }
})

test('templates of pools name lists that there are', () => {
  for (const { templates } of Object.values(pools))
    for (const [, inner] of templates.flatMap((template) => [...template.matchAll(/\{([^}]+)\}/g)]))
      if (!inner!.includes('|')) expect(Object.keys(wordLists)).toContain(inner)
})

test('pools are wide enough for other seeds to bring others', () => {
  for (const name of ['person', 'company', 'street_address', 'product', 'email'] as const) {
    const drawn = (seed: number) =>
      new Set(Array.from({ length: 200 }, (_, i) => poolText(pools[name], draws(seed, name, i))))
    const [a, b] = [drawn(1), drawn(2)]
    expect(a.size).toBeGreaterThan(185)
    expect([...b].filter((text) => !a.has(text)).length).toBeGreaterThan(180)
  }
})

test('abilities set and ask for columns of their own', () => {
  for (const [name, mixin] of Object.entries(mixins))
    for (const tool of mixin.tools) {
      const columns =
        tool.kind === 'change'
          ? Object.keys(tool.set)
          : tool.kind === 'transfer'
            ? [tool.column]
            : tool.where.map(({ column }) => column)
      for (const column of columns)
        expect([name, Object.keys(mixin.columns)]).toEqual([name, expect.arrayContaining([column])])
    }
})

test('in a domain every seed comes in every fitting setting before any comes for an audience', () => {
  const seen = new Set<string>()
  for (let i = 0; ; i += 16) {
    const { setting, seedName, audience } = lineageAt(9, i)
    if (audience !== undefined) break
    seen.add(`${setting.name} ${seedName}`)
  }
  expect(seen.size).toBeGreaterThan(40)
})

test('states keep to their columns: ranges, enums, references, dates in order', () => {
  for (let i = 0; i < 48; i++) {
    const application = applicationAt(11, i)
    const state = sampleState(application, { seed: 3, rows: 6 })
    expect(sampleState(application, { seed: 3, rows: 6 })).toEqual(state)
    for (const table of application.tables)
      for (const [key, row] of Object.entries(state[table.name]!)) {
        expect(key).toMatch(new RegExp(`^${table.keyPrefix}10\\d\\d$`))
        expect(Object.keys(row)).toEqual(Object.keys(table.columns))
        const dates: string[] = []
        for (const [name, column] of Object.entries(table.columns)) {
          const value = row[name]!
          if (column.type === 'integer' || column.type === 'number') {
            expect(value).toBeGreaterThanOrEqual(column.minimum)
            expect(value).toBeLessThanOrEqual(column.maximum)
          } else if (column.type === 'enum') expect(column.values).toContain(value)
          else if (column.type === 'reference') expect(Object.keys(state[column.table]!)).toContain(value)
          else if (column.type === 'date') dates.push(String(value))
        }
        expect(dates.toSorted()).toEqual(dates)
      }
  }
})
