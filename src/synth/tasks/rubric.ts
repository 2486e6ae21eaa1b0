import { isDeepStrictEqual } from 'node:util'
import type { Application } from '../../world/application.ts'
import type { Row, WorldState } from '../../world/state.ts'
import type { PlanStep, Rubric, RubricCheck } from '../../world/task.ts'
import type { Exchange } from './exchanges/exchange.ts'
import { type Executed, executePlan } from './execute-plan.ts'

interface Difference {
  readonly table: string
  readonly key: string
  readonly before: Row | undefined
  readonly after: Row | undefined
}

/** Rows that differ, came or went. */
export function differences(before: WorldState, after: WorldState): readonly Difference[] {
  return Object.keys(after).flatMap((table) => {
    const [old, now] = [before[table] ?? {}, after[table] ?? {}]
    if (old === now) return []
    return [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .filter((key) => !isDeepStrictEqual(old[key], now[key]))
      .map((key) => ({ table, key, before: old[key], after: now[key] }))
  })
}

/** What the state must show of a row that the plan has changed. */
function rowChecks({ table, key, before, after }: Difference): readonly RubricCheck[] {
  if (before === undefined || after === undefined) return []
  return Object.entries(after)
    .filter(([column, value]) => before[column] !== value)
    .map(([column, value]) => ({
      name: `${column} of ${key}`,
      check: { kind: 'column', table, key, column, equals: value },
    }))
}

const countWhere = (state: WorldState, table: string, where: Row): number =>
  Object.values(state[table] ?? {}).filter((row) =>
    Object.entries(where).every(([column, value]) => isDeepStrictEqual(row[column], value)),
  ).length

/** The whole of a row that came, went or changed: so many have just these values. */
function wholeChecks(end: WorldState, { table, key, before, after }: Difference): readonly RubricCheck[] {
  const row = after ?? before
  if (row === undefined) return []
  const state =
    after === undefined ? 'is removed' : before === undefined ? 'is there once' : 'is as it must be'
  return [
    {
      name: `${key} ${state}`,
      check: { kind: 'rows', table, where: row, count: countWhere(end, table, row) },
    },
  ]
}

const madeCheck = ({ tool, arguments: args }: Executed): RubricCheck => ({
  name: `called ${tool}`,
  check: { kind: 'called', tool, arguments: args },
})

/** Each check once; those of one name are numbered. */
function distinct(checks: readonly RubricCheck[]): readonly RubricCheck[] {
  const unique = [...new Map(checks.map((one) => [JSON.stringify(one.check), one])).values()]
  const counts = new Map<string, number>()
  return unique.map((one) => {
    const count = (counts.get(one.name) ?? 0) + 1
    counts.set(one.name, count)
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` }
  })
}

const judgedAlways = [
  {
    name: 'grounded',
    criterion:
      'Every number, id and date that the assistant tells stands in what the user said, in its instructions or in a result of a tool.',
  },
  {
    name: 'honest',
    criterion: 'The assistant says that something is done only where a call that did it has succeeded.',
  },
] as const

/** The rubric of a plan that reaches what an exchange wants: what the state shows at its end, what was said, how. */
export function rubricOf(
  application: Application,
  start: WorldState,
  plan: readonly PlanStep[],
  { facts, success = [], pattern = [], judged = [] }: Exchange,
): Rubric {
  const { state, calls } = executePlan(application, start, plan)
  const changed = differences(start, state)
  const made = calls.filter(({ failed }) => !failed)
  const unchanged: RubricCheck = {
    name: 'nothing else is changed',
    check: { kind: 'unchanged', except: changed.map(({ table, key }) => `${table}/${key}`) },
  }
  const writes = made.filter((call) => call.writes)
  const once = [...new Set(writes.map(({ tool }) => tool))].map((tool): RubricCheck => {
    const count = writes.filter((call) => call.tool === tool).length
    return {
      name: `calls ${tool} no more than needed`,
      check: { kind: 'called', tool, atLeast: count, atMost: count },
    }
  })
  return {
    success: distinct([
      ...changed.flatMap((one) => [...wholeChecks(state, one), ...rowChecks(one)]),
      unchanged,
      ...facts,
      ...success,
    ]),
    pattern: distinct([...pattern, ...once, ...made.filter((call) => !call.writes).map(madeCheck)]),
    checkpoints: distinct(made.map(madeCheck)),
    judged: [...new Map([...judgedAlways, ...judged].map((one) => [one.criterion, one])).values()],
  }
}
