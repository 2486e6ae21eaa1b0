import { crc32 } from 'node:zlib'
import { type OpenAiMessage, writeOpenAiMessage } from '../chat/write-openai-messages.ts'
import { checkTrajectory } from './check-trajectory.ts'
import { bytesOf, type IdsReference, type TokensReference, writeTokenRecord } from './token-record.ts'
import type { Trajectory, TrajectoryNode } from './trajectory.ts'

type WrittenMessage = OpenAiMessage & { readonly token_ids?: IdsReference }

interface WrittenNode {
  readonly message: WrittenMessage
  readonly tokens?: TokensReference
}

/** A trajectory as it is written down. */
export interface TrajectoryText {
  /** With its line break. */
  readonly line: Uint8Array
  /** What goes to the side-car, from the offset that was given on. */
  readonly tokens: Uint8Array
}

/** Ids that are only a message's own, or those of its node's tokens where they lie already. */
function idsReference(ids: Uint8Array, tokens: TokensReference | undefined, offset: number): IdsReference {
  return { offset: tokens?.offset ?? offset, length: ids.length, crc32: crc32(ids) }
}

function writeNode(
  { message, tokens }: TrajectoryNode,
  offset: number,
): { readonly written: WrittenNode; readonly bytes: readonly Uint8Array[] } {
  const record = tokens && writeTokenRecord(tokens, offset)
  const body = message.role === 'assistant' ? message.tokenIds : undefined
  const ids = body && bytesOf(Int32Array.from(body))
  return {
    written: {
      message: {
        ...writeOpenAiMessage(message),
        ...(ids && { token_ids: idsReference(ids, record?.reference, offset) }),
      },
      ...(record && { tokens: record.reference }),
    },
    bytes: record ? [record.bytes] : ids ? [ids] : [],
  }
}

/**
 * A trajectory as a line of a trajectory file and bytes of its side-car.
 *
 * @param offset where the bytes will lie there
 * @param where begins the message of what is wrong with it
 * @throws UserError for a trajectory that contradicts itself
 */
export function writeTrajectoryLine(trajectory: Trajectory, offset: number, where: string): TrajectoryText {
  checkTrajectory(trajectory, `${where}: trajectory ${JSON.stringify(trajectory.id)}`)
  const bytes: Uint8Array[] = []
  let at = offset
  const nodes = trajectory.nodes.map((node) => {
    const { written, bytes: own } = writeNode(node, at)
    for (const part of own) at += bytes[bytes.push(part) - 1]!.length
    const { parent, author, meta } = node
    return { parent, author, ...written, ...(meta && { meta }) }
  })
  const { version, id, task, seed, environment, models, tools, outcome, lineage, labels } = trajectory
  // In this order, whatever the order in memory: equal trajectories are equal lines.
  const line = { version, id, task, seed, environment, models, tools, nodes, outcome, lineage, labels }
  return { line: new TextEncoder().encode(`${JSON.stringify(line)}\n`), tokens: Buffer.concat(bytes) }
}
