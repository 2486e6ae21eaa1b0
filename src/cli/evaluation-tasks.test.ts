import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { starterFamilies, starterTask } from '../synth/starter/starter-task.ts'
import { writeTasks } from '../synth/tasks/task-files.ts'
import { scratchDirectory } from '../trajectory/trajectory.fixture.ts'
import type { Task } from '../world/task.ts'
import { readEvaluationTasks } from './evaluation-tasks.ts'

const starter = (family: (typeof starterFamilies)[number], index: number): Task =>
  starterTask({ seed: 9, index, split: 'train', family })
const coded = (task: Task): Task => ({
  ...task,
  family: 'code',
  code: { language: 'javascript', files: {}, tests: '' },
})

const scripted = (task: Task): Task => ({
  ...task,
  application: {
    ...task.application,
    tools: task.application.tools.map((tool) => ({
      ...tool,
      semantics: { kind: 'script', source: 'null' } as const,
    })),
  },
})

test('tasks are taken family after family, whatever their order; code has no sandbox here', async () => {
  await using directory = await scratchDirectory()
  const path = directory.file('tasks.jsonl')
  // Sorted by family: the first six are of one.
  const tasks = starterFamilies.flatMap((family, f) =>
    Array.from({ length: f === 0 ? 6 : 2 }, (_, i) => starter(family, 10 * f + i)),
  )
  await writeTasks(path, [...tasks, coded(starter('single_call', 99))])
  const six = await readEvaluationTasks(path, 6)
  expect(six.tasks.map(({ family }) => family)).toEqual(starterFamilies)
  expect(six.leftOut).toBe(1)
  const { tasks: most } = await readEvaluationTasks(path, 100)
  expect(new Set(most.map(({ id }) => id))).toEqual(new Set(tasks.map(({ id }) => id)))
  // Families that have no more leave the rest to the others.
  expect(most.slice(12).map(({ family }) => family)).toEqual(new Array(4).fill('single_call'))
})

test.each([
  [[], 'there is no task here'],
  [[coded(starter('single_call', 0)), scripted(starter('single_call', 1))], 'all 2 tasks need a sandbox'],
])('no task that can be tried is said', async (tasks, message) => {
  await using directory = await scratchDirectory()
  const path = directory.file('tasks.jsonl')
  await writeTasks(path, tasks)
  await expect(readEvaluationTasks(path, 3)).rejects.toThrow(message)
})

test('a line that is no task is said with its place', async () => {
  await using directory = await scratchDirectory()
  const path = directory.file('tasks.jsonl')
  await writeFile(path, '{"version":1}\n')
  await expect(readEvaluationTasks(path, 3)).rejects.toThrow(/tasks\.jsonl:1/)
})
