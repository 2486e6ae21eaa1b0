import { isWrite } from '../../world/semantics.ts'
import { executePlan } from '../tasks/execute-plan.ts'
import { someRead } from '../tasks/goals/makers.ts'
import { layOut } from '../tasks/plan-script.ts'
import { type Ground, sceneOf, semanticsOf } from './ground.ts'
import { callsOf, isCalling, type LiteralStep, literalPlan, withCall, withSays } from './literal-plan.ts'

/** Another way to do the same: what changes the world and what is told stay as they are. undefined where there is none. */
export type Variant = (ground: Ground) => readonly LiteralStep[] | undefined

/** Calls of one turn one after the other. */
const oneByOne: Variant = ({ plan }) =>
  plan.some((step) => isCalling(step) && step.calls.length > 1)
    ? plan.flatMap((step): readonly LiteralStep[] =>
        isCalling(step) ? step.calls.map((call) => ({ calls: [call] })) : [step],
      )
    : undefined

/** Whether the agent's rules are against calls that are not needed. */
const isSparing = ({ agent }: Ground['task']): boolean =>
  /no more calls|not call a tool/i.test(agent.systemPrompt ?? '')

/** Something is looked up that was not needed. */
const looksAround: Variant = (ground) => {
  const { task, plan } = ground
  const first = callsOf(plan)[0]
  if (isSparing(task)) return undefined
  const goal = someRead(sceneOf(ground, task.state))
  if (first === undefined || goal === undefined || task.user.moves.some(({ when }) => when === 'asked'))
    return undefined
  const extra = layOut(goal.rounds.map((calls) => ({ calls })))
  const steps = literalPlan(extra, executePlan(task.application, task.state, extra).results)
  return [...plan.slice(0, first.at), ...steps, ...plan.slice(first.at)]
}

/** A call is first written with arguments that are no JSON, and then as it should be. */
const correctsItself: Variant = ({ plan, draw }) => {
  const calls = callsOf(plan)
  if (calls.length === 0) return undefined
  const { call, at } = draw.pick(calls)
  return [...plan.slice(0, at), { calls: [{ ...call, arguments: `${call.arguments}}` }] }, ...plan.slice(at)]
}

/** More words around what is told. */
const talksMore: Variant = ({ plan, draw }) =>
  withSays(plan, (say) =>
    say.includes('?')
      ? say
      : `${draw.pick(['Thank you for waiting.', 'I have gone through it.', 'Sure.'])} ${say} ${draw.pick(['Let me know if you need more.', 'Have a good day.', 'I am here if there is more.'])}`,
  )

/** Large numbers with commas. */
const groupsDigits: Variant = ({ plan }) => {
  const grouped = withSays(plan, (say) =>
    say.replace(/(?<![\w.-])\d{4,}(?=[. ,]|$)(?!\.\d)/g, (digits) => Number(digits).toLocaleString('en-US')),
  )
  return JSON.stringify(grouped) === JSON.stringify(plan) ? undefined : grouped
}

/** A reading call is made twice. */
const readsTwice: Variant = ({ task, plan, draw }) => {
  const reads = callsOf(plan).filter(({ call }) => {
    const semantics = semanticsOf(task, call.tool)
    return semantics !== undefined && !isWrite(semantics)
  })
  if (reads.length === 0 || isSparing(task)) return undefined
  const place = draw.pick(reads)
  return withCall(plan, place, [place.call, place.call])
}

/** Ways that are as good as the plan. */
export const variants = {
  one_by_one: oneByOne,
  looks_around: looksAround,
  corrects_itself: correctsItself,
  talks_more: talksMore,
  groups_digits: groupsDigits,
  reads_twice: readsTwice,
} as const satisfies Record<string, Variant>

export type VariantKind = keyof typeof variants
export const variantKinds = Object.keys(variants) as VariantKind[]
