import { planText } from '../../world/oracle.ts'
import { isWrite } from '../../world/semantics.ts'
import type { PlanStep, Task } from '../../world/task.ts'
import { executePlan } from './execute-plan.ts'
import { capitalized } from './phrases.ts'
import { inWords } from './words.ts'

/** What a plan does, as rules look at it. */
interface Conduct {
  readonly task: Task
  /** What is said, results filled in. */
  readonly says: readonly { readonly text: string; readonly step: number }[]
  readonly calls: ReturnType<typeof executePlan>['calls']
}

const semanticsOf = ({ application }: Task, tool: string) =>
  application.tools.find(({ declaration }) => declaration.function.name === tool)?.semantics

const kindOf = (task: Task, tool: string): string | undefined => semanticsOf(task, tool)?.kind

/** Whether a call is made that the user was not asked about just before. */
const unasked =
  (concerns: (task: Task, tool: string) => boolean) =>
  ({ task, says, calls }: Conduct): boolean =>
    calls.some(({ tool, step }) => {
      const before = says.filter((say) => say.step < step).at(-1)
      return concerns(task, tool) && !(before?.text.includes('?') ?? false)
    })

const tells =
  (pattern: RegExp) =>
  ({ says }: Conduct): boolean =>
    says.some(({ text }) => pattern.test(text))

const hasKey = ({ application }: Task, text: string): boolean =>
  application.tables.some(({ keyPrefix }) => new RegExp(`${keyPrefix}\\d`).test(text))

/** Changes that are made before the one before was reported. */
function writesAtOnce({ task, says, calls }: Conduct): boolean {
  const writes = calls.filter(({ tool }) => {
    const semantics = semanticsOf(task, tool)
    return semantics !== undefined && isWrite(semantics)
  })
  return writes.some(
    (call, i) => i > 0 && !says.some(({ step }) => step > writes[i - 1]!.step && step < call.step),
  )
}

const createsUnseen = ({ task, calls }: Conduct): boolean =>
  calls.some(({ tool }, i) => {
    const semantics = semanticsOf(task, tool)
    if (semantics?.kind !== 'create') return false
    return !calls.slice(0, i).some((earlier) => {
      const other = semanticsOf(task, earlier.tool)
      return other?.kind === 'search' && other.table === semantics.table
    })
  })

const reckons = ({ task }: Conduct): boolean =>
  task.rubric.success.some(({ name }) => name === 'tells the total')
const triesOften = ({ task }: Conduct): boolean => {
  const nths = Map.groupBy(task.failures, ({ tool }) => tool)
  return [...nths.values()].some((failures) => failures.length > 1)
}
const listsSeveral = ({ task }: Conduct): boolean =>
  task.rubric.success.filter(({ name }) => /^tells that .* is one$/.test(name)).length > 1
const ending = /cancel|close|revoke|reject|refuse|end_|stop|retire|withdraw|abort/

/** By the name of a rule that agents have: whether a plan goes against it. Rules that no plan breaks are not here. */
const broken: Readonly<Record<string, (conduct: Conduct) => boolean>> = {
  confirm_removal: unasked((task, tool) => kindOf(task, tool) === 'remove'),
  confirm_cancel: unasked((task, tool) => kindOf(task, tool) !== 'get' && ending.test(tool)),
  confirm_transfer: unasked((task, tool) => kindOf(task, tool) === 'transfer'),
  act_at_once: tells(/shall I really|do you want me to/),
  check_duplicates: createsUnseen,
  currency: ({ task, says }) =>
    (task.agent.systemPrompt?.includes('two decimals') ?? false) &&
    says.some(({ text }) => text.includes('USD')),
  hide_keys: ({ task, says }) => says.some(({ text }) => hasKey(task, text)),
  long_dates: tells(/\d{4}-\d\d-\d\d/),
  latest_match: tells(/which one do you mean/),
  retry_once: triesOften,
  lists: listsSeveral,
  figures_from_tools: reckons,
  stay_in_scope: reckons,
  one_change: writesAtOnce,
}

/** The first of an agent's rules that a plan goes against. */
export function brokenRule(task: Task, rules: readonly string[]): string | undefined {
  const { calls, results } = executePlan(task.application, task.state, task.oracle)
  const says = task.oracle.flatMap((step, at) =>
    'calls' in step ? [] : [{ text: planText(step.say, results), step: at }],
  )
  const conduct = { task, says, calls }
  return rules.find((rule) => broken[rule]?.(conduct) ?? false)
}

/** Keys that the user has named are not said again: `this order` is. New ones stay. */
function withoutKeys(say: string, { application, user }: Pick<Task, 'application' | 'user'>): string {
  const asked = user.moves.map(({ text }) => text).join('\n')
  return application.tables.reduce((text, table) => {
    const keys = new RegExp(`${table.keyPrefix}\\d+`, 'g')
    // Of two rows, `this order` would say neither.
    if (new Set(text.match(keys)).size > 1) return text
    return text.replace(keys, (key) => (asked.includes(key) ? `this ${inWords(table.singular)}` : key))
  }, say)
}

/** A plan in the words that an agent's rules ask for. */
export function inTheirWords(
  plan: readonly PlanStep[],
  task: Pick<Task, 'application' | 'user'>,
  rules: readonly string[],
): readonly PlanStep[] {
  const reword = (say: string): string => {
    const bare = rules.includes('hide_keys') ? capitalized(withoutKeys(say, task)) : say
    return rules.includes('full') && !bare.includes('?') ? `${bare} Nothing is left to do.` : bare
  }
  return plan.map((step) => ('calls' in step ? step : { say: reword(step.say) }))
}
