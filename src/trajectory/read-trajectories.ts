import { readOpenAiTools } from '../chat/openai-tools.ts'
import { type JsonLinesOptions, readJsonLines } from '../files/json-lines.ts'
import { UserError } from '../user-error.ts'
import { checkTrajectory } from './check-trajectory.ts'
import { atPlace } from './error-place.ts'
import { readWireMessage } from './message-schema.ts'
import { openTokenFile, type TokenFile } from './token-file.ts'
import { type IdsReference, readTokenRecord } from './token-record.ts'
import type { NodeTokens, Trajectory, TrajectoryNode } from './trajectory.ts'
import { readTrajectoryLine, type TrajectoryLine } from './trajectory-schema.ts'

type NodeLine = TrajectoryLine['nodes'][number]

async function readTokens(
  reference: NonNullable<NodeLine['tokens']>,
  where: string,
  file: TokenFile,
): Promise<NodeTokens> {
  const tokens = readTokenRecord(reference, await file.read(reference, where))
  if (tokens === undefined)
    throw new UserError(`${where}: its runs of weight versions are not of ${reference.count} tokens`)
  return tokens
}

async function readNode(line: NodeLine, where: string, file: TokenFile): Promise<TrajectoryNode> {
  const { message, tokens, ...rest } = line
  const idsAt = async (reference: IdsReference): Promise<readonly number[]> => {
    const bytes = await file.read(reference, `${where}.message.token_ids`)
    return Array.from(new Int32Array(bytes.buffer, 0, bytes.length >> 2))
  }
  return {
    ...(rest as Omit<TrajectoryNode, 'message'>),
    message: await readWireMessage(message, idsAt),
    ...(tokens && { tokens: await readTokens(tokens, `${where}.tokens`, file) }),
  }
}

/** A trajectory as a line and the side-car say it. @param where file and line, which begin every message */
async function readTrajectory(value: unknown, where: string, file: TokenFile): Promise<Trajectory> {
  const { nodes, tools, ...rest } = readTrajectoryLine(value, where)
  const read: TrajectoryNode[] = []
  for (const [i, node] of nodes.entries()) read.push(await readNode(node, `${where}: nodes[${i}]`, file))
  const trajectory = {
    ...rest,
    tools: atPlace(where, () => readOpenAiTools(tools)),
    nodes: read,
  } as Trajectory
  checkTrajectory(trajectory, where)
  return trajectory
}

/**
 * The trajectories of a file in order, one at a time in memory.
 *
 * @param options `mayEndTorn` passes over a last line that was being written when its writer was killed
 * @throws UserError with file, line and path of what is wrong; for a file of a newer version; for a side-car that is
 *   missing, cut off or of other trajectories
 */
export async function* readTrajectories(
  path: string,
  options: JsonLinesOptions = {},
): AsyncGenerator<Trajectory> {
  await using tokens = openTokenFile(path)
  for await (const { line, value } of readJsonLines(path, options))
    yield await readTrajectory(value, `${path}:${line}`, tokens)
}
