import { isDeepStrictEqual } from 'node:util'
import type { Goal } from '../goal.ts'
import { changeGoal, drawChange } from '../goals/change.ts'
import { phrase, plain } from '../phrases.ts'
import { named } from '../references.ts'
import { keysIn, tableNamed, toolsOf } from '../scene.ts'
import { inWords } from '../words.ts'
import type { Recipe } from './exchange.ts'
import { answerOf, requestOf, sceneAfter } from './request.ts'

const regrets =
  '[Actually, |Sorry, |Hmm, wait, |On second thought, |Oh, ][I have changed my mind|that was not what I meant|I need it differently][:| -] {clause} [instead|after all][.|, please.|. Sorry!]'

/** A change that is wanted otherwise once it is done: the same row, another value. */
export const regret: Recipe = (scene, speaker) => {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const table = tableNamed(scene, tool.semantics.table)
  const keys = keysIn(scene, table.name)
  if (keys.length === 0) return undefined
  const key = draw.pick(keys)
  const first = drawChange(scene, tool, key)
  const goal = first && changeGoal(scene, first, key)
  if (first === undefined || goal === undefined || first.unknown.length > 0) return undefined
  const before = requestOf(scene, speaker, [goal], goal.rounds)
  const again = drawChange(before.scene, tool, key)
  const better = again && changeGoal(before.scene, again, key)
  if (again === undefined || better === undefined || again.unknown.length > 0) return undefined
  // Only what the first change has set is set again: nothing of it is left half done.
  if (Object.keys(again.values).join() !== Object.keys(first.values).join()) return undefined
  // Back to what it was, all would look as if nothing had been asked.
  if (isDeepStrictEqual(sceneAfter(before.scene, scriptOf(better)).state, scene.state)) return undefined
  const clause = again.request(named(table, key))
  return {
    ...before,
    moves: [...before.moves, { when: 'answered', text: speaker.reply(phrase(regrets, draw, { clause })) }],
    script: [...before.script, ...scriptOf(better), { say: answerOf(before.scene, [better]) }],
    goal: `${before.goal} Once that is done you change your mind: you want the assistant to ${plain(clause)}.`,
    scene: sceneAfter(before.scene, scriptOf(better)),
    pattern: [follows(better, inWords(table.singular))],
  }
}

const scriptOf = ({ rounds }: Goal) => rounds.map((calls) => ({ calls }))

/** The second change was made, beside what the state shows. */
const follows = (second: Goal, what: string) => ({
  name: `follows the change of mind about the ${what}`,
  check: {
    kind: 'called' as const,
    tool: second.rounds[0]![0]!.tool,
    arguments: second.rounds[0]![0]!.arguments as Readonly<Record<string, unknown>>,
  },
})
