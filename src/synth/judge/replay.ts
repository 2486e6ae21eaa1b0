import { conversation, type RewardPart, type Trajectory } from '../../trajectory/trajectory.ts'
import { checkRubric } from '../../world/check.ts'
import { rewardParts } from '../../world/reward-parts.ts'
import type { Task } from '../../world/task.ts'
import { worldEnvironment } from '../../world/world-environment.ts'

export interface Replay {
  /** The rubric's checks on where the calls really lead. */
  readonly parts: readonly RewardPart[]
  /** The first result that is not what the tool answers, in words. */
  readonly difference?: string
}

/** Whether all of a task's tools can be executed here, so that its calls can be made again. */
export const isReplayable = ({ application, agent, code }: Task): boolean =>
  code === undefined &&
  application.tools.every(
    ({ declaration, semantics }) =>
      !agent.tools.includes(declaration.function.name) ||
      (semantics !== undefined && semantics.kind !== 'script'),
  )

/** A trajectory's calls made again in a fresh world, and its rubric checked there. */
export async function replay(trajectory: Trajectory, task: Task): Promise<Replay> {
  await using world = worldEnvironment(task)
  const { signal } = new AbortController()
  const contents = new Map<string, string>()
  for (const message of conversation(trajectory))
    if (message.role === 'tool') contents.set(message.toolCallId, message.content)
  let difference: string | undefined
  for (const message of conversation(trajectory)) {
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) {
      const told = contents.get(call.id)
      // Calls past the limit of a turn, or after the end, have not been executed.
      if (told === undefined || told.includes('too many calls in one turn')) continue
      const { content } = await world.call(call, signal)
      if (content !== told && difference === undefined)
        difference = `${call.name} answers ${content.slice(0, 80)}, not ${told.slice(0, 80)}`
    }
  }
  const parts = rewardParts(checkRubric(task, task.rubric, world.state, trajectory))
  return { parts, ...(difference !== undefined && { difference }) }
}
