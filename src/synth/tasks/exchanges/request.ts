import type { PlanStep, RubricCheck } from '../../../world/task.ts'
import { executePlan } from '../execute-plan.ts'
import { areIndependent, changes, type Goal, inSequence, together } from '../goal.ts'
import type { GoalMaker } from '../goals/one-of.ts'
import { capitalized, listed, phrase, plain } from '../phrases.ts'
import { layOut, type ScriptStep } from '../plan-script.ts'
import type { Scene } from '../scene.ts'
import type { Speaker } from '../user-styles.ts'
import type { Exchange, Recipe } from './exchange.ts'

/** A scene after the calls of a script. */
export function sceneAfter(scene: Scene, script: readonly ScriptStep[]): Scene {
  const plan: readonly PlanStep[] = layOut(script)
  return { ...scene, state: executePlan(scene.application, scene.state, plan).state }
}

const preambles = {
  write: '[Done|All set|That is done|It is done][:|,|:]',
  read: '[|Here it is:|I have checked:|I looked it up:|]',
} as const

/** What the assistant says at the end of some goals. */
export function answerOf(scene: Scene, goals: readonly Goal[]): string {
  const begin = phrase(goals.some(changes) ? `[|${preambles.write}]` : preambles.read, scene.draw)
  const [first, ...others] = goals.map(({ answer }) => plain(answer))
  const rest = [begin === '' ? capitalized(first!) : first!, ...others.map(capitalized)].join(' ')
  return begin === '' ? rest : `${begin} ${rest}`
}

const scriptOf = (
  scene: Scene,
  goals: readonly Goal[],
  rounds: readonly (readonly Goal['rounds'][number][number][])[],
): readonly ScriptStep[] => [...rounds.map((calls) => ({ calls })), { say: answerOf(scene, goals) }]

/** The clauses of several goals as one. */
export const clausesOf = (goals: readonly Goal[], draw: Scene['draw']): string =>
  listed(
    goals.map(({ clause }) => clause),
    draw.pick(['and', 'and also', 'and then']),
  )

const wanted = (goals: readonly Goal[]): string =>
  `You want the assistant to ${plain(listed(goals.map(({ clause }) => clause)))}.`

/** A request of one goal. */
export const single =
  (maker: GoalMaker): Recipe =>
  (scene, speaker) => {
    const goal = maker(scene)
    return goal && requestOf(scene, speaker, [goal], goal.rounds)
  }

/** The exchange of goals that are asked for at once. */
export function requestOf(
  scene: Scene,
  speaker: Speaker,
  goals: readonly Goal[],
  rounds: readonly (readonly Goal['rounds'][number][number][])[],
  pattern: readonly RubricCheck[] = [],
): Exchange {
  const script = scriptOf(scene, goals, rounds)
  return {
    moves: [{ when: 'first', text: speaker.ask(clausesOf(goals, scene.draw)) }],
    script,
    goal: wanted(goals),
    facts: goals.flatMap(({ facts }) => facts),
    pattern,
    scene: sceneAfter(scene, script),
  }
}

const written = ({ rounds }: Goal): readonly string[] =>
  rounds.flat().map(({ tool, arguments: args }) => JSON.stringify([tool, args]))

/** One call would do for both. */
const sharesCall = (a: Goal, b: Goal): boolean => {
  const calls = new Set(written(a))
  return written(b).some((call) => calls.has(call))
}

/** Goals that do not touch each other; undefined where so many cannot be drawn. */
function independentGoals(scene: Scene, maker: GoalMaker, count: number): readonly Goal[] | undefined {
  const goals: Goal[] = []
  for (let attempt = 0; attempt < 4 * count && goals.length < count; attempt++) {
    const goal = maker(scene)
    const isNew =
      goal !== undefined && goals.every((one) => areIndependent(one, goal) && !sharesCall(one, goal))
    const createsAgain = goal?.kind === 'create' && goals.some(({ kind }) => kind === 'create')
    if (isNew && !createsAgain) goals.push(goal)
  }
  return goals.length === count ? goals : undefined
}

/** Several goals whose calls do not depend on each other, in one turn. */
export const parallel =
  (maker: GoalMaker, least: number, most: number): Recipe =>
  (scene, speaker) => {
    const goals = independentGoals(scene, maker, scene.draw.integer(least, most))
    if (goals === undefined) return undefined
    const rounds = together(goals)
    const tools = rounds[0]!.map(({ tool }) => tool)
    return requestOf(scene, speaker, goals, rounds, [
      { name: 'calls what is independent in one turn', check: { kind: 'together', tools } },
    ])
  }

/** Goals one after the other, each with its turns. */
export const series =
  (...makers: readonly GoalMaker[]): Recipe =>
  (scene, speaker) => {
    const goals: Goal[] = []
    let at = scene
    for (const maker of makers) {
      const goal = maker(at)
      if (goal === undefined || goals.some((one) => !areIndependent(one, goal))) return undefined
      goals.push(goal)
      at = sceneAfter(
        at,
        goal.rounds.map((calls) => ({ calls })),
      )
    }
    return requestOf(scene, speaker, goals, inSequence(goals))
  }
