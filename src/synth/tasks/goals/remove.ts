import type { Goal } from '../goal.ts'
import { phrase } from '../phrases.ts'
import { named } from '../references.ts'
import { keysIn, perform, type Scene, type ToolOf, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'

export const removeAsks = '[remove|delete|take out] {row}[| from the list|, we do not need it any more]'

/** A row removed by its key; undefined where the tool refuses. */
export function removeGoal(
  scene: Scene,
  { name, semantics }: ToolOf<'remove'>,
  key: string,
): Goal | undefined {
  const table = tableNamed(scene, semantics.table)
  const param = paramOf(semantics.key)
  const done = param === null ? undefined : perform(scene, name, { [param]: key })
  return (
    done && {
      kind: 'remove',
      clause: phrase(removeAsks, scene.draw, { row: named(table, key) }),
      rounds: [[done.call]],
      answer: `${key} has been removed.`,
      facts: [],
      reads: [`${table.name}/${key}`],
      writes: [`${table.name}/${key}`],
    }
  )
}

/** A row taken out of its table. */
export function remove(scene: Scene): Goal | undefined {
  const tools = toolsOf(scene, 'remove')
  if (tools.length === 0) return undefined
  const tool = scene.draw.pick(tools)
  const keys = keysIn(scene, tool.semantics.table)
  return keys.length === 0 ? undefined : removeGoal(scene, tool, scene.draw.pick(keys))
}
