import type { Task } from '../../world/task.ts'
import { difficulties, generateTask } from './generate-task.ts'
import { recipes, type ToolFamily } from './recipes.ts'
import { deliveries, deliveriesState } from './tasks.fixture.ts'

export const families = Object.keys(recipes) as ToolFamily[]

export const clerk = {
  id: 'clerk',
  systemPrompt: 'You work at the desk of a parcel service.',
  tools: deliveries.tools.map(({ declaration }) => declaration.function.name),
}

/** `count` tasks of each family and difficulty of the parcel service. */
export async function someTasks(count: number, seed = 1): Promise<readonly Task[]> {
  const tasks: Task[] = []
  for (const family of families)
    for (const difficulty of difficulties)
      for (let i = 0; i < count; i++) {
        const made = await generateTask({
          application: deliveries,
          agent: clerk,
          state: deliveriesState,
          seed: seed * 1000 + i,
          id: `${family}-${difficulty}-${i}`,
          family,
          difficulty,
        })
        if (made.task !== undefined) tasks.push(made.task)
      }
  return tasks
}
