import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import { factsOf } from './facts-of.ts'

/**
 * What the user said that the task does not have it say, in words; null where nothing is wrong. Of a model that plays
 * the user only the keys are checked that exist in the state: it speaks freely, and the rest is for a judge to see. A
 * script's ids, numbers and days must come from its goal, its moves or what the assistant said before, and what it was
 * to say later must not be missing where the assistant had its turn.
 */
export function userFault(trajectory: Trajectory, task: Task): string | null {
  const messages = conversation(trajectory)
  if (trajectory.models.user?.template !== undefined) return mistaken(messages, task)
  return (
    strangeToken(messages, task) ??
    mistaken(messages, task) ??
    contradiction(messages, task) ??
    leftEarly(trajectory, task)
  )
}

/** Something that neither the task nor the assistant before has brought up. */
function strangeToken(messages: ReturnType<typeof conversation>, { user }: Task): string | null {
  const known = new Set(factsOf([user.goal, ...user.moves.map(({ text }) => text)].join('\n')))
  for (const message of messages) {
    if (message.role === 'assistant') for (const token of factsOf(message.content)) known.add(token)
    if (message.role !== 'user') continue
    const strange = factsOf(message.content).find((token) => !known.has(token))
    if (strange !== undefined) return `the user says ${strange}, which its goal does not have`
  }
  return null
}

/** An id that only the assistant has brought up is said in place of one that the user has and never says. */
function mistaken(messages: ReturnType<typeof conversation>, { user, state }: Task): string | null {
  const keys = new Set(Object.values(state).flatMap((rows) => Object.keys(rows)))
  const keysOf = (texts: readonly string[]): readonly string[] =>
    texts.flatMap(factsOf).filter((token) => keys.has(token))
  const own = new Set(keysOf([user.goal, ...user.moves.map(({ text }) => text)]))
  const said = new Set(keysOf(messages.filter(({ role }) => role === 'user').map(({ content }) => content)))
  const strange = [...said].find((key) => !own.has(key))
  const unsaid = keysOf(user.moves.map(({ text }) => text)).find((key) => !said.has(key))
  return strange === undefined || unsaid === undefined
    ? null
    : `the user says ${strange}, and never ${unsaid}`
}

/** The user takes back what it said, where its goal has no such thing. */
function contradiction(messages: ReturnType<typeof conversation>, { user }: Task): string | null {
  const denies = /\bI (?:told you|said|never said|never asked|asked for)\b/i
  const isScripted = (text: string): boolean => user.moves.some((move) => move.text === text)
  const found = messages.find(
    ({ role, content }) => role === 'user' && denies.test(content) && !isScripted(content),
  )
  return found === undefined ? null : `the user contradicts itself: ${found.content.slice(0, 80)}`
}

/** Ended by the user after fewer requests than it has. Answers to what was never asked are none of its own. */
function leftEarly(trajectory: Trajectory, { user }: Task): string | null {
  if (trajectory.outcome?.stop !== 'user done') return null
  const messages = conversation(trajectory)
  const spoken = messages.filter(({ role }) => role === 'user').length
  const replies = messages.filter(
    ({ role }, i) =>
      role === 'user' && messages[i - 1]?.role === 'assistant' && messages[i - 1]!.content.includes('?'),
  ).length
  const said = spoken - Math.min(replies, user.moves.filter(({ when }) => when === 'asked').length)
  const requests = user.moves.filter(({ when }) => when !== 'asked').length
  return said < requests ? `the user leaves after ${said} of ${requests} requests` : null
}
