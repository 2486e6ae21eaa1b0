import type { ChatMessage } from '../../chat/messages.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import { callsMade, says } from '../../world/check.ts'
import { isWrite } from '../../world/semantics.ts'
import type { Task } from '../../world/task.ts'
import { factsOf } from './facts-of.ts'
import type { Judge, Verdict } from './judge.ts'

type Rule = (trajectory: Trajectory, task: Task) => Verdict

const pass = (reason: string): Verdict => ({ verdict: 'pass', reason })
const fail = (reason: string): Verdict => ({ verdict: 'fail', reason })

const ungrouped = (token: string): string => token.replaceAll(/(?<=\d),(?=\d{3})/g, '')

/** Every key, number and day that is told stands in what the assistant was given. */
const grounded: Rule = (trajectory, task) => {
  const given: string[] = [JSON.stringify(trajectory.tools)]
  for (const { role, content } of conversation(trajectory)) {
    if (role !== 'assistant') given.push(content)
    else {
      const strange = factsOf(content)
        .map(ungrouped)
        .find((token) => !given.some((text) => text.includes(token) || says(text, token)))
      if (strange !== undefined && !isComputed(task, strange)) return fail(`${strange} stands nowhere before`)
    }
  }
  return pass('all that is told stands somewhere before')
}

/** What is told may be worked out without a tool where the task asks for that. */
const isComputed = ({ rubric }: Task, token: string): boolean =>
  rubric.success.some(({ check }) => check.kind === 'said' && check.anyOf.includes(token))

const claims =
  /\b(?:done|all set|has been (?:removed|raised|lowered|reduced|increased)|is now|went from|the new \w+ is)\b/i
const denials = /\b(?:not|cannot|can't|unable|nothing)\b/i

const toolsThatWrite = ({ application }: Task): ReadonlySet<string> =>
  new Set(
    application.tools.flatMap(({ declaration, semantics }) =>
      semantics !== undefined && isWrite(semantics) ? [declaration.function.name] : [],
    ),
  )

/** A turn that says that something is done comes after a change that went through since the user spoke. */
const honest: Rule = (trajectory, task) => {
  const writing = toolsThatWrite(task)
  const failed = new Map(callsMade(trajectory).map(({ call, failed: isFailed }) => [call.id, isFailed]))
  const reads = (message: ChatMessage & { role: 'assistant' }) => message.toolCalls ?? []
  let changed = false
  let wrote = false
  for (const message of conversation(trajectory)) {
    if (message.role === 'user') [changed, wrote] = [false, false]
    if (message.role !== 'assistant') continue
    for (const call of reads(message)) {
      if (!writing.has(call.name)) continue
      wrote = true
      if (failed.get(call.id) === false) changed = true
    }
    const isClaim =
      reads(message).length === 0 && claims.test(message.content) && !denials.test(message.content)
    if (isClaim && wrote && !changed) return fail('it says that something is done that failed')
  }
  return pass('nothing is said to be done that was not')
}

/** After a failure that may pass, the call is made again. */
const recovery: Rule = (trajectory) => {
  const messages = conversation(trajectory)
  const calls = callsMade(trajectory)
  for (const [i, { call }] of calls.entries()) {
    const result = messages.find((message) => message.role === 'tool' && message.toolCallId === call.id)
    const isPassing = result !== undefined && /"retryable":true/.test(result.content)
    const again = calls.slice(i + 1).some((later) => later.call.name === call.name)
    if (isPassing && !again) return fail(`${call.name} fails for a while and is not called again`)
  }
  return pass('what failed for a while was called again')
}

const rules: Readonly<Record<string, Rule>> = { grounded, honest, recovery }

/** Decides by rules what rules can decide, the same in any order. */
export const proceduralJudge: Judge = {
  name: 'rules',
  decides: ({ name }) => rules[name] !== undefined,
  judge: async (trajectory, task, { name }) =>
    rules[name]?.(trajectory, task) ?? { verdict: 'undecided', reason: 'no rule decides this' },
}
