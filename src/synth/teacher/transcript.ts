import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'

/** A trajectory as a judge reads it: numbered, calls and results included, without the system message. */
export const transcript = (trajectory: Trajectory): string =>
  conversation(trajectory)
    .filter(({ role }) => role !== 'system')
    .map((message, i) => {
      const head = `[${i}] ${message.role}`
      if (message.role === 'tool') return `${head} (${message.toolCallId}): ${message.content}`
      if (message.role !== 'assistant') return `${head}: ${message.content}`
      const calls = (message.toolCalls ?? []).map(({ id, arguments: given }) => `\n    call ${id} ${given}`)
      return `${head}: ${message.content}${calls.join('')}`
    })
    .join('\n')
