import { says } from '../../../world/check.ts'
import type { Guard } from '../../../world/semantics.ts'
import type { RubricCheck } from '../../../world/task.ts'
import { drawChange } from '../goals/change.ts'
import { removeAsks } from '../goals/remove.ts'
import { phrase, plain } from '../phrases.ts'
import { named, toldCheck } from '../references.ts'
import { tellsRefusal } from '../refusals.ts'
import { keysIn, refusal, rowIn, type Scene, type ToolOf, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'
import { isTelling } from '../values.ts'
import { inWords } from '../words.ts'
import type { Exchange, Recipe } from './exchange.ts'

interface Refused {
  readonly clause: string
  readonly tool: string
  readonly arguments: Readonly<Record<string, string | number | boolean | null>>
  readonly key: string
}

function changeRefused(scene: Scene, tool: ToolOf<'update'>, key: string): Refused | undefined {
  const drawn = drawChange(scene, tool, key)
  if (drawn === undefined) return undefined
  const table = tableNamed(scene, tool.semantics.table)
  const args = { [drawn.keyParam]: key, ...drawn.values }
  return { clause: drawn.request(named(table, key)), tool: tool.name, arguments: args, key }
}

function removalRefused(scene: Scene, tool: ToolOf<'remove'>, key: string): Refused | undefined {
  const param = paramOf(tool.semantics.key)
  const table = tableNamed(scene, tool.semantics.table)
  if (param === null) return undefined
  return {
    clause: phrase(removeAsks, scene.draw, { row: named(table, key) }),
    tool: tool.name,
    arguments: { [param]: key },
    key,
  }
}

const guardsOf = ({ semantics }: { readonly semantics: { readonly guards: readonly Guard[] } }): number =>
  semantics.guards.length

/** A change of a row whose guards forbid it, with what the tool says. */
export function drawRefused(scene: Scene): (Refused & { readonly error: string }) | undefined {
  const { draw } = scene
  const tools = [...toolsOf(scene, 'update'), ...toolsOf(scene, 'remove')].filter(
    (tool) => guardsOf(tool) > 0,
  )
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  for (const key of draw.shuffled(keysIn(scene, tool.semantics.table))) {
    const one =
      tool.semantics.kind === 'update'
        ? changeRefused(scene, tool as ToolOf<'update'>, key)
        : removalRefused(scene, tool as ToolOf<'remove'>, key)
    const error = one && refusal(scene, one.tool, one.arguments)
    if (one !== undefined && error) return { ...one, error }
  }
  return undefined
}

/** Something that a tool refuses by a guard: the assistant tells, and changes nothing else. */
export const refused: Recipe = (scene, speaker): Exchange | undefined => {
  const { draw } = scene
  const one = drawRefused(scene)
  if (one === undefined) return undefined
  const call = { id: scene.nextId(), tool: one.tool, arguments: one.arguments, writes: false }
  const say = phrase(
    '[I am sorry, that|That|Unfortunately this] [could not be done|was refused|is not possible]: {error}.',
    draw,
    {
      error: one.error.replaceAll('?', '.').replace(/\.$/, ''),
    },
  )
  return {
    moves: [{ when: 'first', text: speaker.ask(one.clause) }],
    script: [{ calls: [call] }, { say }],
    goal: `You want the assistant to ${plain(one.clause)}. If that is not possible, you accept it.`,
    facts: [tellsRefusal(`${one.key} was not changed`), ...reasonTold(scene, one)],
    judged: [{ name: 'explains', criterion: 'The assistant tells why the tool refused what was asked.' }],
    scene,
  }
}

/** Values of the row that the tool's message has: only who has called knows them. */
function reasonTold(
  scene: Scene,
  { tool, key, error }: Refused & { readonly error: string },
): readonly RubricCheck[] {
  const semantics = scene.tools.find(({ declaration }) => declaration.function.name === tool)?.semantics
  if (semantics === undefined || !('guards' in semantics)) return []
  const columns = new Set(semantics.guards.map(({ condition }) => condition.column))
  const row = rowIn(scene, semantics.table, key)
  return [...columns].flatMap((column) => {
    const value = row[column]
    return isTelling(value) && says(error, String(value))
      ? [toldCheck(`the ${inWords(column)} of ${key}`, value)]
      : []
  })
}
