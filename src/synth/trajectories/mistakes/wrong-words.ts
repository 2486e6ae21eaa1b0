import type { PlanStep } from '../../../world/task.ts'
import { executePlan } from '../../tasks/execute-plan.ts'
import { refusalTexts } from '../../tasks/refusals.ts'
import { type Ground, leavesOut } from '../ground.ts'
import { callsOf, isCalling, type LiteralStep, literalPlan, withSays } from '../literal-plan.ts'
import type { Mistake } from './mistake.ts'

const vague = [
  'That is done.',
  'I have taken care of it.',
  'Everything is in order.',
  'I have looked into it.',
]

const plainFacts = ({ facts }: Ground) => facts.filter((texts) => texts !== refusalTexts && texts.length < 5)

const has = (say: string, texts: readonly string[]): boolean =>
  texts.some((text) => say.toLowerCase().includes(text.toLowerCase()))

/** It keeps to itself what it was to tell. */
export const untoldFact: Mistake = (ground) => {
  const { draw, facts } = ground
  if (facts.length === 0) return undefined
  const plan = withSays(ground.plan, (say) =>
    facts.some((texts) => has(say, texts)) ? draw.pick(vague) : say,
  )
  return leavesOut(ground, plan) ? { plan, what: 'does not tell what it was to tell' } : undefined
}

/** Another number, key or word in place of one. */
function falsified({ draw, task }: Ground, text: string): string {
  const others = Object.values(task.state).flatMap((rows) => {
    const columns = Object.values(rows).flatMap((row) =>
      Object.keys(row).filter((column) => row[column] === text),
    )
    return Object.values(rows).flatMap((row) => columns.slice(0, 1).map((column) => row[column]))
  })
  const fitting = others.filter(
    (other) => typeof other === 'string' && !other.includes(text) && !text.includes(other),
  )
  if (fitting.length > 0) return String(draw.pick(fitting))
  const digits = text.replace(/\d/g, () => String(draw.integer(1, 9)))
  if (digits !== text) return digits
  return text.length > 3 ? [...text].toReversed().join('') : `${text}x`
}

/** Every occurrence of a text, in whatever case, replaced. */
const replacedIn = (say: string, text: string, other: string): string =>
  say.replaceAll(new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi'), () => other)

/** Says with all facts falsified, which leaves out the facts as they are. */
export function withFalseFacts(ground: Ground, plan: readonly LiteralStep[]): readonly LiteralStep[] {
  const texts = plainFacts(ground).flat()
  return withSays(plan, (say) =>
    texts.reduce((at, text) => replacedIn(at, text, falsified(ground, text)), say),
  )
}

/** It tells something that is not so. */
export const wrongFact: Mistake = (ground) => {
  if (plainFacts(ground).length === 0) return undefined
  const plan = withFalseFacts(ground, ground.plan)
  return leavesOut(ground, plan) ? { plan, what: 'tells something that is not so' } : undefined
}

/** It looks at another row than it was asked for, and tells what stands there. */
export const wrongLookup: Mistake = (ground) => {
  const { task, draw } = ground
  const places = task.oracle.flatMap((step, at) =>
    'calls' in step ? step.calls.map((call, nth) => ({ call, at, nth })) : [],
  )
  for (const place of draw.shuffled(places)) {
    for (const [param, value] of Object.entries(place.call.arguments)) {
      const rows =
        typeof value === 'string'
          ? Object.values(task.state).find((one) => one[value] !== undefined)
          : undefined
      if (rows === undefined) continue
      const other = draw.pick(Object.keys(rows).filter((key) => key !== value))
      if (other === undefined) continue
      const plan = readOtherwise(ground, changedAt(task.oracle, place, param, other))
      if (plan !== undefined && leavesOut(ground, plan))
        return { plan, what: `looks up ${other} instead of ${value}` }
    }
  }
  return undefined
}

const changedAt = (
  plan: readonly PlanStep[],
  place: { readonly at: number; readonly nth: number },
  param: string,
  value: string,
): readonly PlanStep[] =>
  plan.map((step, at) =>
    at === place.at && 'calls' in step
      ? {
          ...step,
          calls: step.calls.map((call, nth) =>
            nth === place.nth ? { ...call, arguments: { ...call.arguments, [param]: value } } : call,
          ),
        }
      : step,
  )

/** A plan with the results that it has in its own way; undefined where it asks for what is not there. */
function readOtherwise({ task }: Ground, plan: readonly PlanStep[]): readonly LiteralStep[] | undefined {
  try {
    return literalPlan(plan, executePlan(task.application, task.state, plan).results)
  } catch {
    return undefined
  }
}

/** It says without a call what only a call can tell, and so says it wrong. */
export const inventedFact: Mistake = (ground) => {
  if (plainFacts(ground).length === 0 || callsOf(ground.plan).length === 0) return undefined
  const plan = withFalseFacts(
    ground,
    ground.plan.filter((step) => !isCalling(step)),
  )
  return leavesOut(ground, plan)
    ? { plan, what: 'tells without a call what only a call can tell' }
    : undefined
}
