import type { PlanStep, PlanValue } from '../../world/task.ts'
import type { PlannedCall } from './goal.ts'

/** A step of a plan whose calls have ids in place of their numbers. */
export type ScriptStep =
  | { readonly calls: readonly PlannedCall[]; readonly say?: string }
  | { readonly say: string }

/** Places `{7.price}` and arguments that name a call by its id, by its number in the plan instead. */
export function layOut(script: readonly ScriptStep[]): readonly PlanStep[] {
  const numbers = new Map<number, number>()
  for (const step of script)
    if ('calls' in step) for (const { id } of step.calls) numbers.set(id, numbers.size)
  const numberOf = (id: number): number => {
    const number = numbers.get(id)
    if (number === undefined) throw new Error(`a plan refers to call ${id}, which it does not make`)
    return number
  }
  const said = (text: string): string =>
    text.replace(/\{(\d+)([.}])/g, (_, id: string, end: string) => `{${numberOf(Number(id))}${end}`)
  const filledIn = (value: PlanValue): PlanValue => {
    if (value === null || typeof value !== 'object') return value
    if (isList(value)) return value.map(filledIn)
    return { ...value, result: numberOf(value.result) }
  }
  return script.map((step) => {
    if (!('calls' in step)) return { say: said(step.say) }
    const calls = step.calls.map(({ tool, arguments: args }) => ({
      tool,
      arguments: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, filledIn(value)])),
    }))
    return step.say === undefined ? { calls } : { calls, say: said(step.say) }
  })
}

const isList = (value: PlanValue): value is readonly PlanValue[] => Array.isArray(value)

/** All calls of a script in order. */
export const callsIn = (script: readonly ScriptStep[]): readonly PlannedCall[] =>
  script.flatMap((step) => ('calls' in step ? step.calls : []))
