import { callCount } from '../chat/call-count.ts'
import { canonicalId } from '../chat/call-ids.ts'
import type { ChatMessage, ToolCall } from '../chat/messages.ts'
import type { AssistantPolicy, AssistantTurn } from './policies.ts'
import { isRetryable } from './seeded-failures.ts'
import type { PlanStep, PlanValue, Task } from './task.ts'

type Path = readonly (string | number)[]

function placeIn(results: readonly unknown[], call: number, path: Path): unknown {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key],
    results[call],
  )
  if (value === undefined)
    throw new Error(`the plan asks for ${[call, ...path].join('.')}, which no result has`)
  return value
}

const isPlace = (value: PlanValue): value is Extract<PlanValue, { result: number }> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A plan's value with the places in earlier results filled in. */
export function planValue(value: PlanValue, results: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item: PlanValue) => planValue(item, results))
  return isPlace(value) ? placeIn(results, value.result, value.path) : value
}

/** A plan's words with the places in earlier results, `{2.items.0.price}`, filled in. */
export const planText = (text: string, results: readonly unknown[]): string =>
  text.replaceAll(/\{(\d+)((?:\.[^.{}]+)*)\}/g, (_, call: string, path: string) =>
    String(
      placeIn(
        results,
        Number(call),
        path
          .split('.')
          .slice(1)
          .map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      ),
    ),
  )

/** Results at the end of a conversation, in order. */
export function lastResults(messages: readonly ChatMessage[]): string[] {
  const from = messages.findLastIndex(({ role }) => role !== 'tool') + 1
  return messages.slice(from).map(({ content }) => content)
}

/** Results are JSON, or a text. */
function resultOf(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** A call of the plan as it was made, and its place among the plan's calls. */
interface Pending {
  readonly place: number
  readonly name: string
  readonly arguments: string
}

/** How often a call that says it may go through another time is made. */
const mostTries = 4

/**
 * The assistant that follows a task's plan, and makes calls again that a failure hit. One for each episode: it remembers
 * how far it is.
 *
 * @throws Error (from `turn`) where the plan does not fit what the tools answer
 */
export function oraclePolicy(
  task: Pick<Task, 'oracle'>,
  plan: readonly PlanStep[] = task.oracle,
): AssistantPolicy {
  const results: unknown[] = []
  const tries = new Map<number, number>()
  let step = 0
  let pending: readonly Pending[] = []

  function made(calls: readonly Pending[], messages: readonly ChatMessage[], content = ''): AssistantTurn {
    pending = calls
    const first = callCount(messages)
    const toolCalls = calls.map(
      (call, i): ToolCall => ({
        id: canonicalId({ name: call.name, index: first + i }),
        name: call.name,
        arguments: call.arguments,
      }),
    )
    return { message: { role: 'assistant', content, toolCalls }, finish: 'tool_calls' }
  }

  /** Keeps what came, and gives the calls that are to be made again. */
  function take(contents: readonly string[]): Pending[] {
    return pending.filter((call, i) => {
      const content = contents[i] ?? ''
      const tried = (tries.get(call.place) ?? 0) + 1
      tries.set(call.place, tried)
      results[call.place] = resultOf(content)
      return isRetryable(content) && tried < mostTries
    })
  }

  return {
    name: 'oracle',
    async turn({ messages }) {
      if (pending.length > 0) {
        const again = take(lastResults(messages))
        if (again.length > 0) return made(again, messages)
        pending = []
      }
      const next = plan[step++]
      if (next === undefined) throw new Error('the plan has ended, but the episode goes on')
      if (!('calls' in next))
        return { message: { role: 'assistant', content: planText(next.say, results) }, finish: 'stop' }
      const first = plan
        .slice(0, step - 1)
        .reduce((sum, one) => sum + ('calls' in one ? one.calls.length : 0), 0)
      const calls = next.calls.map(
        ({ tool, arguments: args }, i): Pending => ({
          place: first + i,
          name: tool,
          arguments: JSON.stringify(
            Object.fromEntries(
              Object.entries(args).map(([name, value]) => [name, planValue(value, results)]),
            ),
          ),
        }),
      )
      return made(calls, messages, next.say === undefined ? '' : planText(next.say, results))
    },
  }
}
