import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aloneGroup, joinGroup, type ProcessGroup } from './process-group.ts'

let directory = ''
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'tsukimi-group-')), 'processes')
})
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const joined = (count: number, limit = 20): Promise<ProcessGroup[]> =>
  Promise.all(Array.from({ length: count }, (_, id) => joinGroup(directory, { id, count, limit })))

test('all get what each brought, in the order of the processes, meeting after meeting', async () => {
  const groups = await joined(3)
  for (let meeting = 0; meeting < 4; meeting++) {
    const got = await Promise.all(
      groups.map(async (group) => {
        await setTimeout(((group.id * 7 + meeting * 5) % 3) * 10)
        return group.exchange('test', `${meeting} of ${group.id}`)
      }),
    )
    for (const texts of got) expect(texts).toEqual([0, 1, 2].map((id) => `${meeting} of ${id}`))
  }
  const [launch] = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  expect((await readdir(join(directory, launch!.name))).length).toBe(3)
})

test('a launch is not confused by what an earlier one left, whichever process comes first', async () => {
  const before = await joined(2)
  const left = before[0]!.exchange('never met', '').catch((error: Error) => error)
  before[1]!.fail('killed')
  expect(String(await left)).toMatch(/Process 1 of 2 stopped: killed/)
  for (const first of [0, 1]) {
    const [a, b] = [first, 1 - first].map(async (id, order) => {
      await setTimeout(order * 100)
      const group = await joinGroup(directory, { id, count: 2, limit: 20 })
      return group.exchange('again', `new ${id}`)
    })
    expect(await a).toEqual(['new 0', 'new 1'])
    expect(await b).toEqual(['new 0', 'new 1'])
  }
})

test('the name of a process that is gone is not taken for its successor', async () => {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'process-1'), 'old')
  const zero = joinGroup(directory, { id: 0, count: 2, limit: 20 })
  await setTimeout(100)
  const one = joinGroup(directory, { id: 1, count: 2, limit: 20 })
  const met = await Promise.all([zero, one].map(async (group) => (await group).exchange('hello')))
  expect(met).toEqual([
    ['', ''],
    ['', ''],
  ])
})

test('who does not come is named', async () => {
  await expect(joinGroup(directory, { id: 0, count: 2, limit: 0.1 })).rejects.toThrow(
    /Process 1 of 2 did not come within 0\.1 s/,
  )
  const [zero] = await joined(2, 2)
  await expect(zero!.exchange('the end')).rejects.toThrow(/Process 1 of 2 did not come within 2 s: the end/)
})

test('a failure reaches those who wait', async () => {
  const [zero, one, two] = await joined(3)
  const waiting = zero!.exchange('checkpoint')
  two!.fail('no space left')
  await expect(waiting).rejects.toThrow('Process 2 of 3 stopped: no space left')
  await expect(one!.exchange('checkpoint')).rejects.toThrow('Process 2 of 3 stopped: no space left')
})

test('the first proposal to stop counts for all', async () => {
  const [zero, one] = await joined(2)
  expect(one!.stop()).toBeUndefined()
  one!.proposeStop(7)
  zero!.proposeStop(9)
  expect([zero!.stop(), one!.stop()]).toEqual([7, 7])
})

test('one process meets nobody', async () => {
  const group = aloneGroup()
  expect(await group.exchange('all', 'me')).toEqual(['me'])
  group.proposeStop(3)
  group.proposeStop(2)
  expect(group.stop()).toBe(3)
})
