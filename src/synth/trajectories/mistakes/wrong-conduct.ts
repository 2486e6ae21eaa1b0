import { executePlan } from '../../tasks/execute-plan.ts'
import type { Goal } from '../../tasks/goal.ts'
import { someRead, someWrite } from '../../tasks/goals/makers.ts'
import { layOut } from '../../tasks/plan-script.ts'
import { endsElsewhere, type Ground, leavesOut, sceneOf, writesOf } from '../ground.ts'
import { callsOf, isCalling, type LiteralStep, literalPlan, withCall } from '../literal-plan.ts'
import type { Mistake } from './mistake.ts'
import { withFalseFacts } from './wrong-words.ts'

/** The calls of a goal as steps. */
function stepsOf({ task }: Ground, goal: Goal, state = task.state): readonly LiteralStep[] {
  const plan = layOut(goal.rounds.map((calls) => ({ calls })))
  return literalPlan(plan, executePlan(task.application, state, plan).results)
}

/** A plan that fails the task by where it ends or by what it says. */
const fails = (ground: Ground, plan: readonly LiteralStep[]): boolean =>
  endsElsewhere(ground, plan) || leavesOut(ground, plan)

/** It acts on what it has not asked, where the user has left something open. */
export const noQuestion: Mistake = ({ task, plan }) => {
  if (!task.user.moves.some(({ when }) => when === 'asked')) return undefined
  const isQuestion = (step: LiteralStep): boolean => !isCalling(step) && step.say.includes('?')
  const acting = plan.filter((step) => !isQuestion(step))
  return acting.some(isCalling) && acting.length < plan.length
    ? { plan: acting, what: 'acts without asking' }
    : undefined
}

const excuses = [
  'I am sorry, something went wrong. Please try again later.',
  'The system is not working at the moment, so I have to leave it at that.',
  'There was an error, so I have stopped here.',
]

/** It stops at the first failure, though the call would go through another time. */
export const givesUp: Mistake = (ground) => {
  const { task, plan, draw } = ground
  const counts = new Map<string, number>()
  const hit = callsOf(plan).find(({ call }) => {
    const nth = counts.get(call.tool) ?? 0
    counts.set(call.tool, nth + 1)
    return task.failures.some(
      (failure) => failure.tool === call.tool && failure.nth === nth && failure.kind !== 'delay',
    )
  })
  if (hit === undefined) return undefined
  const given = [...plan.slice(0, hit.at + 1), { say: draw.pick(excuses) }]
  // What the failing call would have done is not done.
  return fails(ground, withCall(given, hit, []))
    ? { plan: given, retries: false, what: 'gives up at a failure that passes' }
    : undefined
}

/** Calls that do not arrive: whatever they were to do is not done, and what they were to tell is made up. */
function unreceived(
  ground: Ground,
  change: (call: { tool: string; arguments: string }) => { tool: string; arguments: string },
  what: string,
) {
  const calls = callsOf(ground.plan)
  const places = ground.draw.shuffled(writesOf(ground))
  for (const place of places.length > 0 ? places : ground.draw.shuffled(calls)) {
    const plan = withCall(ground.plan, place, [change(place.call)])
    const told = places.length > 0 ? plan : withFalseFacts(ground, plan)
    if (fails(ground, told)) return { plan: told, what }
  }
  return undefined
}

/** Its arguments are no JSON, and it goes on as if they were. */
export const invalidArguments: Mistake = (ground) =>
  unreceived(
    ground,
    (call) => ({ ...call, arguments: call.arguments.slice(0, -1) }),
    'writes arguments that are no JSON',
  )

/** It calls a tool that is not there, and goes on as if it were. */
export const unknownTool: Mistake = (ground) =>
  unreceived(ground, (call) => ({ ...call, tool: `${call.tool}_now` }), 'calls a tool that is not there')

/** It says that something is done that it has not done. */
export const claimsWithoutCalling: Mistake = (ground) => {
  const plan = ground.plan.filter((step) => !isCalling(step))
  return endsElsewhere(ground, plan) ? { plan, what: 'says that it is done without a call' } : undefined
}

/** What the user says after the first answer is noted, and nothing is done about it. */
export const ignoresUser: Mistake = (ground) => {
  const { task, plan, draw } = ground
  if (!task.user.moves.some(({ when }) => when === 'answered')) return undefined
  const last = plan.findLastIndex((step, at) => !isCalling(step) && at < plan.length - 1)
  if (last < 0) return undefined
  const ignoring = [
    ...plan.slice(0, last + 1),
    { say: draw.pick(['I have noted that.', 'Thank you, noted.', 'All right.']) },
  ]
  return fails(ground, ignoring)
    ? { plan: ignoring, what: 'ignores the last thing that the user says' }
    : undefined
}

/** It calls a tool where nothing is asked that tools are for. */
export const needlessCall: Mistake = (ground) => {
  const { task, plan } = ground
  const wantsNothing = task.rubric.success.some(
    ({ check }) => check.kind === 'not_called' && check.tool === undefined,
  )
  const goal = wantsNothing ? someRead(sceneOf(ground, task.state)) : undefined
  return goal && { plan: [...stepsOf(ground, goal), ...plan], what: 'calls a tool without need' }
}

/** It does what a rule of its instructions forbids. */
export const breaksRule: Mistake = (ground) => {
  const { task, plan, draw } = ground
  const forbidden = task.rubric.success.flatMap(({ check }) =>
    check.kind === 'not_called' && check.tool !== undefined ? [check.tool] : [],
  )
  if (forbidden.length === 0) return undefined
  const goal = someWrite(sceneOf(ground, ground.end, [draw.pick(forbidden)]))
  if (goal === undefined) return undefined
  const broken = [...plan.slice(0, -1), ...stepsOf(ground, goal, ground.end), { say: 'That is done.' }]
  return endsElsewhere(ground, broken) ? { plan: broken, what: 'does what its rules forbid' } : undefined
}
