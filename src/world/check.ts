import { isDeepStrictEqual } from 'node:util'
import type { ChatMessage, ToolCall } from '../chat/messages.ts'
import { pathTo } from '../trajectory/path-to.ts'
import { conversation, type RewardPart, type Trajectory } from '../trajectory/trajectory.ts'
import type { Row, WorldState } from './state.ts'
import type { Check, Rubric, RubricCheck, Task } from './task.ts'

/** A call of the trajectory with what became of it. */
export interface CallMade {
  readonly call: ToolCall
  readonly failed: boolean
  /** Which of the assistant's turns. */
  readonly turn: number
}

/** What checks look at. */
interface Evidence {
  readonly before: WorldState
  readonly after: WorldState
  readonly calls: readonly CallMade[]
  /** Turns of the assistant that call nothing: what it tells the user. */
  readonly answers: readonly { readonly text: string; readonly turn: number }[]
}

/**
 * Calls of the conversation that ends in the last node, in order; one failed where its result's node says so in
 * `meta.failed`, or where it has no result: it was not executed.
 */
export function callsMade(trajectory: Pick<Trajectory, 'nodes'>): CallMade[] {
  const made: CallMade[] = []
  let turn = -1
  let open: { readonly call: ToolCall; readonly at: number }[] = []
  for (const { message, meta } of pathTo(trajectory, trajectory.nodes.length - 1)) {
    if (message.role === 'assistant') {
      turn++
      open = (message.toolCalls ?? []).map((call) => ({
        call,
        at: made.push({ call, failed: true, turn }) - 1,
      }))
    }
    if (message.role !== 'tool') continue
    const answered = open.findIndex(({ call }) => call.id === message.toolCallId)
    if (answered < 0) continue
    const [{ at }] = open.splice(answered, 1) as [(typeof open)[number]]
    made[at] = { ...made[at]!, failed: meta?.failed === true }
  }
  return made
}

const answersOf = (messages: readonly ChatMessage[]): Evidence['answers'] =>
  messages
    .filter((message) => message.role === 'assistant')
    .map(({ content, toolCalls = [] }, turn) => ({ text: toolCalls.length > 0 ? '' : content, turn }))
    .filter(({ text }) => text !== '')

const spaced = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, ' ').trim()

/** With numbers in one form. */
const plain = (text: string): string =>
  spaced(text)
    .replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '')
    .replaceAll(/(?<![\d.])\d{1,9}\.\d{1,6}(?!\.?\d)/g, (number) => String(Number(number)))

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Whether a text has another as a whole word or number: 4 is not in 42, in 4.5 or in -4. Letters' case, commas within
 * numbers, zeros at their ends (35.20) and spaces do not count.
 */
export function says(text: string, fact: string): boolean {
  const [whole, part] = [plain(text), plain(fact)]
  // Most texts do not have it at all, and a pattern takes a hundred times as long to build.
  if (part === '' || !whole.includes(part)) return false
  const before = /^\d/.test(part) ? '|(?<![\\p{L}\\p{N}])[-−]' : ''
  return new RegExp(`(?<![\\p{L}\\p{N}]|\\d\\.${before})${escaped(part)}(?![\\p{L}\\p{N}]|\\.\\d)`, 'u').test(
    whole,
  )
}

/** Whether `given` has at least what is `wanted`; texts without regard to case and to how many spaces there are. */
function covers(given: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string' && typeof given === 'string') return spaced(given) === spaced(wanted)
  if (wanted === null) return (given ?? null) === null
  if (typeof wanted !== 'object') return given === wanted
  if (typeof given !== 'object' || given === null || Array.isArray(given) !== Array.isArray(wanted))
    return false
  if (Array.isArray(wanted))
    return (
      wanted.length === (given as unknown[]).length &&
      wanted.every((item, i) => covers((given as unknown[])[i], item))
    )
  return Object.entries(wanted).every(([key, value]) =>
    covers((given as Record<string, unknown>)[key], value),
  )
}

function argumentsOf({ arguments: text }: ToolCall): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Places (`table/key`) whose rows differ, came or went. */
function changedPlaces(before: WorldState, after: WorldState): string[] {
  const tables = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...tables].flatMap((table) => {
    const [old, now] = [before[table] ?? {}, after[table] ?? {}]
    if (old === now) return []
    const keys = new Set([...Object.keys(old), ...Object.keys(now)])
    return [...keys].filter((key) => !isDeepStrictEqual(old[key], now[key])).map((key) => `${table}/${key}`)
  })
}

/** null where the check is met, else what is wrong. */
type Rule<Kind extends Check['kind']> = (
  check: Extract<Check, { kind: Kind }>,
  evidence: Evidence,
) => string | null

const succeeded = ({ calls }: Evidence, tool: string): CallMade[] =>
  calls.filter(({ call, failed }) => call.name === tool && !failed)

const rules: { readonly [Kind in Exclude<Check['kind'], 'tests'>]: Rule<Kind> } = {
  column({ table, key, column, equals }, { after }) {
    const row: Row | undefined = after[table]?.[key]
    if (row === undefined) return `${table}/${key} is not there`
    return isDeepStrictEqual(row[column] ?? null, equals)
      ? null
      : `${column} of ${table}/${key} is ${JSON.stringify(row[column] ?? null)}, not ${JSON.stringify(equals)}`
  },
  rows({ table, where, count }, { after }) {
    const found = Object.values(after[table] ?? {}).filter((row) => covers(row, where)).length
    return found === count ? null : `${found} rows of ${table} are so, not ${count}`
  },
  unchanged({ except }, { before, after }) {
    const others = changedPlaces(before, after).filter(
      (place) => !except.includes(place) && !except.includes(`${place.slice(0, place.indexOf('/'))}/*`),
    )
    return others.length === 0 ? null : `changed without need: ${others.join(', ')}`
  },
  called({ tool, arguments: wanted = {}, atLeast = 1, atMost = Infinity }, evidence) {
    const count = succeeded(evidence, tool).filter(({ call }) => covers(argumentsOf(call), wanted)).length
    return count >= atLeast && count <= atMost
      ? null
      : `${count} such calls of ${tool}, not ${atMost === Infinity ? `${atLeast} or more` : `${atLeast} to ${atMost}`}`
  },
  not_called({ tool }, { calls }) {
    const made = calls.filter(({ call }) => tool === undefined || call.name === tool)
    return made.length === 0 ? null : `called ${made.map(({ call }) => call.name).join(', ')}`
  },
  order({ first, second }, evidence) {
    const place = (tool: string): number =>
      evidence.calls.findIndex(({ call, failed }) => call.name === tool && !failed)
    const [a, b] = [place(first), place(second)]
    return a >= 0 && b > a ? null : `${first} did not come before ${second}`
  },
  together({ tools }, { calls }) {
    const turns = Map.groupBy(calls, ({ turn }) => turn)
    const names = [...turns.values()].map((made) => made.map(({ call }) => call.name))
    const isWhole = names.some((made) => {
      const left = [...made]
      return tools.every((tool) => {
        const at = left.indexOf(tool)
        if (at >= 0) left.splice(at, 1)
        return at >= 0
      })
    })
    return isWhole ? null : `no turn calls ${tools.join(', ')} together`
  },
  said({ anyOf }, { answers }) {
    return answers.some(({ text }) => anyOf.some((fact) => says(text, fact)))
      ? null
      : `no answer says ${anyOf.map((fact) => JSON.stringify(fact)).join(' or ')}`
  },
  asked({ before }, { answers, calls }) {
    const first =
      calls.find(({ call }) => before.length === 0 || before.includes(call.name))?.turn ?? Infinity
    return answers.some(({ text, turn }) => turn < first && text.includes('?'))
      ? null
      : `it did not ask before it acted`
  },
}

/**
 * The parts of a rubric that a program decides, of an episode that ended in the state `after`. Checks of kind `tests`
 * are left to the sandbox.
 */
export function checkRubric(
  task: Pick<Task, 'state'>,
  rubric: Pick<Rubric, 'success' | 'pattern' | 'checkpoints'>,
  after: WorldState,
  trajectory: Trajectory,
): Readonly<Record<'success' | 'pattern' | 'checkpoints', readonly RewardPart[]>> {
  const evidence: Evidence = {
    before: task.state,
    after,
    calls: callsMade(trajectory),
    answers: answersOf(conversation(trajectory)),
  }
  const part = ({ name, check }: RubricCheck): RewardPart[] => {
    if (check.kind === 'tests') return []
    const problem = (rules[check.kind] as Rule<typeof check.kind>)(check as never, evidence)
    const passed = problem === null
    return [
      { name, kind: 'rule', score: passed ? 1 : 0, passed, ...(problem !== null && { detail: problem }) },
    ]
  }
  return {
    success: rubric.success.flatMap(part),
    pattern: rubric.pattern.flatMap(part),
    checkpoints: rubric.checkpoints.flatMap(part),
  }
}
