import { executePlan } from '../../tasks/execute-plan.ts'
import { someWrite } from '../../tasks/goals/makers.ts'
import { layOut } from '../../tasks/plan-script.ts'
import { paramNamed, paramsOf } from '../../tasks/tool-params.ts'
import { argumentsOf, endsElsewhere, type Ground, sceneOf, writesOf } from '../ground.ts'
import { callsOf, type LiteralCall, literalPlan, withCall } from '../literal-plan.ts'
import type { Misstep, Mistake } from './mistake.ts'

type Plain = string | number | boolean | null

const toolNamed = ({ task }: Ground, name: string) =>
  task.application.tools.find(({ declaration }) => declaration.function.name === name)!

/** Another value for an argument, as valid as the first one. */
function otherValue({ task, draw }: Ground, tool: string, param: string, value: Plain): Plain {
  const keys = Object.values(task.state).find(
    (rows) => typeof value === 'string' && rows[value] !== undefined,
  )
  if (keys !== undefined) return draw.pick(Object.keys(keys).filter((key) => key !== value)) ?? value
  const { schema } = paramNamed(toolNamed({ task } as Ground, tool), param)
  const others = (schema.enum ?? []).filter((one) => one !== value)
  if (others.length > 0) return draw.pick(others)
  if (typeof value === 'number') return value + draw.pick([1, 2, 5, -1])
  return typeof value === 'boolean' ? !value : `${value} B`
}

/** The first of some plans that ends where the task must not. */
const firstElsewhere = (ground: Ground, missteps: Iterable<Misstep>): Misstep | undefined => {
  for (const misstep of missteps) if (endsElsewhere(ground, misstep.plan)) return misstep
  return undefined
}

/** A change with another value or of another row. */
export const wrongArgument: Mistake = (ground) => {
  const { draw, plan } = ground
  return firstElsewhere(
    ground,
    draw.shuffled(writesOf(ground)).flatMap((place) => {
      const args = argumentsOf(place.call)
      return draw.shuffled(Object.entries(args)).flatMap(([param, value]) => {
        const wrong = otherValue(ground, place.call.tool, param, value)
        if (wrong === undefined || wrong === value) return []
        const call = { ...place.call, arguments: JSON.stringify({ ...args, [param]: wrong }) }
        return [{ plan: withCall(plan, place, [call]), what: `${param} is ${wrong} instead of ${value}` }]
      })
    }),
  )
}

/** Another tool that takes the same arguments. */
export const wrongTool: Mistake = (ground) => {
  const { draw, plan, task } = ground
  return firstElsewhere(
    ground,
    draw.shuffled(writesOf(ground)).flatMap((place) => {
      const args = argumentsOf(place.call)
      const others = task.application.tools.filter(
        ({ declaration }) => declaration.function.name !== place.call.tool,
      )
      return draw.shuffled(others).flatMap((other) => {
        const params = paramsOf(other)
        if (params.some(({ name, required }) => required && args[name] === undefined)) return []
        const kept = Object.fromEntries(
          Object.entries(args).filter(([name]) => params.some((param) => param.name === name)),
        )
        const tool = other.declaration.function.name
        const call = { tool, arguments: JSON.stringify(kept) }
        return [{ plan: withCall(plan, place, [call]), what: `calls ${tool} instead of ${place.call.tool}` }]
      })
    }),
  )
}

/** One of several changes is left out. */
export const omittedCall: Mistake = (ground) => {
  const writes = writesOf(ground)
  if (callsOf(ground.plan).length < 2) return undefined
  return firstElsewhere(
    ground,
    ground.draw.shuffled(writes).map((place) => ({
      plan: withCall(ground.plan, place, []),
      what: `leaves out a call of ${place.call.tool}`,
    })),
  )
}

/** Something else is changed that nobody asked for. */
export const extraWrite: Mistake = (ground) => {
  const scene = sceneOf(ground, ground.end)
  const goal = someWrite(scene)
  const last = callsOf(ground.plan).at(-1)
  if (goal === undefined || last === undefined) return undefined
  const calls = layOut(goal.rounds.map((round) => ({ calls: round })))
  const { results } = executePlan(scene.application, scene.state, calls)
  const extra = literalPlan(calls, results)
  const plan = [...ground.plan.slice(0, last.at + 1), ...extra, ...ground.plan.slice(last.at + 1)]
  return firstElsewhere(ground, [{ plan, what: `changes ${goal.writes.join(', ')}, which nobody asked for` }])
}

/** A change is made twice, where that makes a difference. */
export const repeatedWrite: Mistake = (ground) =>
  firstElsewhere(
    ground,
    ground.draw.shuffled(writesOf(ground)).map((place) => ({
      plan: withCall(ground.plan, place, [place.call, place.call]),
      what: `makes a call of ${place.call.tool} twice`,
    })),
  )

/** A change of a row that is not there, and said to be done. */
export const inventedId: Mistake = (ground) => {
  const { draw, plan, task } = ground
  const keys = new Set(Object.values(task.state).flatMap((rows) => Object.keys(rows)))
  return firstElsewhere(
    ground,
    draw.shuffled(writesOf(ground)).flatMap((place) => {
      const args = argumentsOf(place.call)
      return Object.entries(args).flatMap(([param, value]) => {
        if (typeof value !== 'string' || !keys.has(value)) return []
        const invented = value.replace(/\d+$/, (digits) => String(Number(digits) + 500 + draw.integer(0, 99)))
        if (keys.has(invented)) return []
        const call: LiteralCall = { ...place.call, arguments: JSON.stringify({ ...args, [param]: invented }) }
        return [{ plan: withCall(plan, place, [call]), what: `invents the ${param} ${invented}` }]
      })
    }),
  )
}
