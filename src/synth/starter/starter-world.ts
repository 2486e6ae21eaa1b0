import { draws } from '../../draws.ts'
import type { WorldState } from '../../world/state.ts'
import type { World } from '../../world/world-file.ts'
import { starterApplication } from './application.ts'
import { starterFamilies, starterTask } from './starter-task.ts'

const tasksPerFamily = 4

const merged = (states: readonly WorldState[]): WorldState =>
  Object.fromEntries(
    starterApplication.tables.map(({ name }) => [
      name,
      Object.assign({}, ...states.map((state) => state[name])),
    ]),
  )

/** A world with what some held-out tasks are about, and what their users say first. */
export function starterWorld(seed: number): World {
  const tasks = starterFamilies.flatMap((family, f) =>
    Array.from({ length: tasksPerFamily }, (_, i) =>
      starterTask({ seed, index: f * tasksPerFamily + i, split: 'heldOut', family }),
    ),
  )
  const first = tasks.filter(({ family }) => family !== 'no_tool').map(({ user }) => user.moves[0]!.text)
  return {
    version: 1,
    application: starterApplication,
    state: merged(tasks.map(({ state }) => state)),
    examples: draws(seed, 'examples').sample(first, 5),
  }
}
