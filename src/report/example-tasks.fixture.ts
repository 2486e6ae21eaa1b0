import type { TaskArm, TaskResults } from '../eval/task-results.ts'
import { taskFamilies } from '../world/task.ts'

const shares: Readonly<Record<string, number>> = {
  'base false': 0,
  'base true': 0.06,
  'sft false': 0.46,
  'sft true': 0.58,
}

/** Less of the later families is solved. */
const solvedOf = (arm: string, family: number, tried: number): number =>
  Math.round(tried * Math.max(0, shares[arm]! * (1.5 - family / 6)))

const arm = (model: TaskArm['model'], enforced: boolean, tried: number): TaskArm => ({
  model,
  enforced,
  results: taskFamilies.map((family, i) => ({
    family,
    solved: Math.min(tried, solvedOf(`${model} ${enforced}`, i, tried)),
    tried,
  })),
  episodes: taskFamilies.slice(2, 5).map((family, i) => ({
    id: `task-${model}-${i}`,
    family,
    solved: i === 1,
    text: `user\nMove my order 10${i} to Friday.\n\nassistant\n→ orders.find {"id": "10${i}"}\n\ntool\n{"error": "no order 10${i}"}\n\nassistant\nYour order is moved to Friday.`,
    why:
      i === 1
        ? []
        : [
            'order 101 is not moved: due is "2025-07-03", expected "2025-07-04"',
            'nothing was said of the error',
          ],
  })),
})

/** What the evaluation of a fine-tuned run writes. */
export const exampleTasks = (tried = 50): TaskResults => ({
  version: 1,
  set: 'starter, held out',
  seed: 11,
  families: taskFamilies,
  arms: [
    arm('sft', true, tried),
    arm('base', false, tried),
    arm('sft', false, tried),
    arm('base', true, tried),
  ],
})
