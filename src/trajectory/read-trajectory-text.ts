import { readOpenAiTools } from '../chat/openai-tools.ts'
import { checkTrajectory } from './check-trajectory.ts'
import { atPlace } from './error-place.ts'
import { readWireText } from './message-schema.ts'
import type { Trajectory } from './trajectory.ts'
import { readTrajectoryLine } from './trajectory-schema.ts'

/**
 * A trajectory as a line alone says it, without the tokens that its side-car holds.
 *
 * @param where begins every message
 * @throws UserError with the path of what is wrong
 */
export function readTrajectoryText(value: unknown, where: string): Trajectory {
  const { nodes, tools, ...rest } = readTrajectoryLine(value, where)
  const trajectory = {
    ...rest,
    tools: atPlace(where, () => readOpenAiTools(tools)),
    nodes: nodes.map(({ message, tokens: _, ...node }) => ({ ...node, message: readWireText(message) })),
  } as Trajectory
  checkTrajectory(trajectory, where)
  return trajectory
}
