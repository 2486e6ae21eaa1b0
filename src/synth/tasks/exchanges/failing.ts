import { failureKinds } from '../../../world/task.ts'
import { executePlan } from '../execute-plan.ts'
import type { PlannedCall } from '../goal.ts'
import { changeGoal, drawChange } from '../goals/change.ts'
import { someRead } from '../goals/makers.ts'
import { searched } from '../goals/pointed.ts'
import { exact, phrase, plain } from '../phrases.ts'
import { callsIn, layOut } from '../plan-script.ts'
import { type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramOf } from '../tool-params.ts'
import { inWords } from '../words.ts'
import type { Exchange, Recipe } from './exchange.ts'
import { drawRefused } from './refused.ts'
import { requestOf, sceneAfter } from './request.ts'

/** Failures that pass when a call is made again; a delay needs nothing. */
const passingKinds = failureKinds.filter((kind) => kind !== 'delay')

/** An exchange in which tools fail for a while, at `calls` of its calls; the plan makes them again. */
export const withFailures =
  (recipe: Recipe, calls: number, mostTimes: number): Recipe =>
  (scene, speaker): Exchange | undefined => {
    const exchange = recipe(scene, speaker)
    if (exchange === undefined) return undefined
    const { draw } = scene
    const { calls: made } = executePlan(scene.application, scene.state, layOut(exchange.script))
    // What is refused in any case can't fail for a while.
    const passing = callsIn(exchange.script).filter((_, i) => made[i]?.failed === false)
    const hit = draw.sample(passing, calls)
    if (hit.length < calls) return undefined
    return {
      ...exchange,
      failures: hit.map(({ id }: PlannedCall) => ({
        call: id,
        kind: draw.pick(passingKinds),
        times: draw.integer(1, mostTimes),
      })),
      judged: [
        ...(exchange.judged ?? []),
        {
          name: 'recovery',
          criterion:
            'After a failure that may pass, the assistant tries again, and does not tell the user that it is done before it is.',
        },
      ],
    }
  }

/** A key that no row has, close to a real one. */
function wrongKey({ state, draw }: Scene, table: string, key: string): string | undefined {
  const digits = /\d+$/.exec(key)?.[0]
  if (digits === undefined) return undefined
  const wrong =
    key.slice(0, -digits.length) + String(Number(digits) + draw.integer(2, 9)).padStart(digits.length, '0')
  return state[table]?.[wrong] === undefined ? wrong : undefined
}

/** A change of a row whose key the user has wrong, but of which the user knows something else: it is searched for. */
export const wrongId: Recipe = (scene, speaker): Exchange | undefined => {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const table = tableNamed(scene, tool.semantics.table)
  const get = toolsOf(scene, 'get').find(({ semantics }) => semantics.table === table.name)
  const param = get && paramOf(get.semantics.key)
  const at = searched(scene, table.name)
  const drawn = at && drawChange(scene, tool, at.key)
  const goal = drawn && changeGoal(scene, drawn, at.key)
  if (get === undefined || !param || at === undefined || drawn === undefined || goal === undefined)
    return undefined
  const wrong = wrongKey(scene, table.name, at.key)
  if (drawn.unknown.length > 0 || wrong === undefined) return undefined
  const one = inWords(table.singular)
  const [[call]] = goal.rounds as readonly [readonly [PlannedCall]]
  const clause = phrase('{request} ({description})', draw, {
    request: drawn.request(`${one} ${exact(wrong)}`),
    description: at.words.replace(/^the /, 'it is the '),
  })
  const script = [
    {
      calls: [
        {
          id: scene.nextId(),
          tool: tool.name,
          arguments: { ...call.arguments, [drawn.keyParam]: wrong },
          writes: false,
        },
      ],
    },
    { calls: at.calls },
    { calls: [{ ...call, arguments: { ...call.arguments, [drawn.keyParam]: at.place } }] },
    {
      say: `${plain(`There is no ${one} ${wrong}, but I have found ${at.key} by what you said about it. So ${goal.answer}`)}`,
    },
  ]
  return {
    moves: [{ when: 'first', text: speaker.ask(clause) }],
    script,
    goal: `You want the assistant to ${plain(goal.clause)}, but you have its id wrong: you say ${wrong}, and that it is ${plain(at.words)}.`,
    facts: [{ name: `says that it took ${at.key}`, check: { kind: 'said', anyOf: [at.key] } }],
    scene: sceneAfter(scene, script),
  }
}

/** What a tool refuses, with something to look up in its place. */
export const alternative: Recipe = (scene, speaker): Exchange | undefined => {
  const { draw } = scene
  const one = drawRefused(scene)
  const goal = someRead(scene)
  if (one === undefined || goal === undefined || goal.rounds.length !== 1) return undefined
  const clause = phrase(
    '{first}[; if|. If|, but if] that [is not possible|does not work|is refused], {second}',
    draw,
    { first: one.clause, second: goal.clause },
  )
  const request = requestOf(scene, speaker, [goal], goal.rounds)
  const call = { id: scene.nextId(), tool: one.tool, arguments: one.arguments, writes: false }
  return {
    ...request,
    moves: [{ when: 'first', text: speaker.ask(clause) }],
    script: [
      { calls: [call] },
      ...goal.rounds.map((calls) => ({ calls })),
      {
        say: `That was not possible: ${one.error.replaceAll('?', '.').replace(/\.$/, '')}. Instead: ${plain(goal.answer)}`,
      },
    ],
    goal: `You want the assistant to ${plain(one.clause)}, and where that is not possible to ${plain(goal.clause)}.`,
  }
}
