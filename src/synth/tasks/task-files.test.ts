import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { someTasks } from './some-tasks.fixture.ts'
import { readTasks, writeTasks } from './task-files.ts'
import { readTask } from './task-schema.ts'

const tasks = await someTasks(1)
const directory = await mkdtemp(join(tmpdir(), 'tasks-'))
afterAll(() => rm(directory, { recursive: true }))

describe('files of tasks', () => {
  it('give back what was written', async () => {
    const path = join(directory, 'tasks.jsonl')
    expect(await writeTasks(path, tasks)).toBe(tasks.length)
    expect(await Array.fromAsync(readTasks(path))).toEqual(tasks)
  })

  it('say which line is no task, and why', async () => {
    const path = join(directory, 'broken.jsonl')
    const [first, second] = tasks
    const broken = { ...second!, family: 'singel_call', agent: { ...second!.agent, tols: [] } }
    await writeFile(path, `${JSON.stringify(first)}\n${JSON.stringify(broken)}\n`)
    await expect(Array.fromAsync(readTasks(path))).rejects.toThrow(
      /broken\.jsonl:2:[\s\S]*family: expected "single_call" or/,
    )
    await expect(Array.fromAsync(readTasks(path))).rejects.toThrow(
      'unknown key "agent.tols"; did you mean "tools"?',
    )
  })

  it('refuse what a newer program wrote, and names that lead nowhere', () => {
    const task = tasks[0]!
    expect(() => readTask({ ...task, version: 2 }, 'new.jsonl:1')).toThrow(
      'new.jsonl:1: a task of version 2; this program reads version 1.',
    )
    expect(() => readTask({ ...task, agent: { ...task.agent, tools: ['fly'] } }, 'a:1')).toThrow(
      'a:1: agent.tools: fly is no tool of parcel_desk',
    )
    expect(() => readTask({ ...task, oracle: [{ calls: [{ tool: 'fly', arguments: {} }] }] }, 'a:1')).toThrow(
      'oracle: fly is no tool',
    )
    const lost = {
      name: 'lost',
      check: { kind: 'column', table: 'planes', key: 'P-1', column: 'a', equals: 1 },
    }
    expect(() => readTask({ ...task, rubric: { ...task.rubric, success: [lost] } }, 'a:1')).toThrow(
      'the check "lost" is about a table',
    )
  })

  it('name the member that is missing, whichever it is', () => {
    const members = [
      'id',
      'family',
      'agent',
      'user',
      'application',
      'state',
      'failures',
      'rubric',
      'oracle',
    ] as const
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.constantFrom(...tasks), (member, task) => {
        const { [member]: _, ...rest } = task
        expect(() => readTask(rest, 'file:1')).toThrow(new RegExp(`${member}: missing`))
      }),
    )
  })
})
