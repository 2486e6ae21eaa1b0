import type { UserPolicy } from './policies.ts'
import type { Task } from './task.ts'

const nothingToAdd = 'I have told you all I know. Please do what you can.'

/** How often it says that it has nothing to add, before it gives up. */
const mostRefusals = 2

/**
 * The user that a task's moves describe. After a turn that asks, it answers with its next move for that; after one that
 * tells, it goes on with its next move for that, past answers to what was never asked; without one it is done.
 */
export function scriptedUser({ user }: Pick<Task, 'user'>): UserPolicy {
  let at = 0
  let refusals = 0
  const say = (text: string) => ({ kind: 'say', text }) as const
  return {
    name: 'script',
    async turn({ messages }) {
      const last = messages.findLast(({ role }) => role === 'assistant')
      if (last === undefined) return say(user.moves[at++]!.text)
      const asks = last.content.includes('?')
      if (asks && user.moves[at]?.when === 'asked') return say(user.moves[at++]!.text)
      const next = user.moves.findIndex(({ when }, i) => i >= at && when === 'answered')
      if (!asks || next === at) {
        if (next < 0) return { kind: 'done' }
        at = next + 1
        return say(user.moves[next]!.text)
      }
      return refusals++ < mostRefusals ? say(nothingToAdd) : { kind: 'done' }
    },
  }
}
