import { type ChatTurn, type chatTokens, turnTokens } from '../chat/chat-tokens.ts'
import { type Mark, markIds } from '../chat/marks.ts'
import type { Piece } from '../chat/pieces.ts'
import { type TemplateOptions, type TurnPieces, templateTurns } from '../chat/template.ts'
import { pathTo } from './path-to.ts'
import type { NodeTokens, Trajectory, TrajectoryNode } from './trajectory.ts'

type Tokenizer = Parameters<typeof chatTokens>[0]
type MarkIds = Readonly<Record<Mark, number>>

/** A conversation as a model is trained on it; all arrays have the same length. */
export interface TrajectoryTokens {
  readonly ids: Int32Array
  /**
   * 1 on what the assistant learns: the body of each of its turns with the mark that ends it. Where tokens were
   * recorded it is those that were sampled: a forced prefix is 0, and so is the end mark behind a turn that was cut.
   */
  readonly sampled: Uint8Array
  /** Of sampled tokens, NaN where none was recorded; 0 elsewhere. */
  readonly logProbs: Float32Array
  /** −1 where none is known. */
  readonly weightVersions: Int32Array
  readonly turns: readonly ChatTurn[]
}

const openings: readonly Mark[] = ['user', 'assistant', 'system']

/**
 * Number of a node's tokens that come before its body. Recorded tokens are a turn's body; if they begin with a turn's
 * opening mark that nobody sampled, they are the turn as a whole.
 */
function headerLength({ ids, sampled }: NodeTokens, marks: MarkIds): number {
  const isTurn = sampled[0] === 0 && openings.some((mark) => marks[mark] === ids[0])
  return isTurn ? ids.indexOf(marks.middle) + 1 : 0
}

/** A turn with a node's tokens in place of what the template wrote. */
function recordedTurn(turn: TurnPieces, { tokens, message }: TrajectoryNode, marks: MarkIds): TurnPieces {
  if (tokens === undefined) return turn
  const from = headerLength(tokens, marks)
  const pieces = (ids: Int32Array): Piece[] => [{ tokenIds: Array.from(ids) }]
  const isOpen = message.role === 'assistant' && message.partial === true
  const ends = tokens.ids.length > from && tokens.ids.at(-1) === marks.end
  return {
    ...turn,
    header: from === 0 ? turn.header : pieces(tokens.ids.subarray(0, from)),
    body: [...pieces(tokens.ids.subarray(from)), ...(ends || isOpen ? [] : [{ mark: 'end' } as const])],
  }
}

/** An assistant's turn that is in the data to be read, not to be learned: `weight` of OpenAI's fine-tuning. */
export const isLearned = ({ message, meta }: TrajectoryNode): boolean =>
  message.role === 'assistant' && meta?.weight !== 0

/**
 * The conversation that ends in a node as token ids by K2's template, with what is to be learned of it. Tokens that were
 * recorded stand in it as they were, never as their text is encoded again.
 *
 * @param leaf default the last node
 * @param options of the template; tools default to the trajectory's
 * @throws UserError for a vocabulary without K2's marks
 */
export function trajectoryTokens(
  tokenizer: Tokenizer,
  trajectory: Trajectory,
  leaf: number = trajectory.nodes.length - 1,
  options: TemplateOptions = {},
): TrajectoryTokens {
  const nodes = pathTo(trajectory, leaf)
  const messages = nodes.map(({ message }) => message)
  const marks = markIds(tokenizer)
  const template = { tools: trajectory.tools, ...options }
  const plain = templateTurns(messages, template)
  // Tools and the default system message come before; the turn that is opened for an answer comes behind.
  const opened = templateTurns(messages, { ...template, addGenerationPrompt: false }).length < plain.length
  const first = plain.length - nodes.length - Number(opened)
  const nodeOf = (turn: number): TrajectoryNode | undefined => nodes[turn - first]
  const written = turnTokens(
    tokenizer,
    plain.map((turn, i) => {
      const node = nodeOf(i)
      return node === undefined ? turn : recordedTurn(turn, node, marks)
    }),
  )
  const ids = Int32Array.from(written.ids)
  const sampled = new Uint8Array(ids.length)
  const logProbs = new Float32Array(ids.length)
  const weightVersions = new Int32Array(ids.length).fill(-1)
  for (const [i, { start, bodyStart, end }] of written.turns.entries()) {
    const node = nodeOf(i)
    if (node === undefined || !isLearned(node)) continue
    const { tokens } = node
    if (tokens === undefined) {
      sampled.fill(1, bodyStart, end)
      logProbs.fill(Number.NaN, bodyStart, end)
      continue
    }
    const from = headerLength(tokens, marks) > 0 ? start : bodyStart
    sampled.set(tokens.sampled, from)
    weightVersions.set(tokens.weightVersions, from)
    logProbs.set(
      tokens.logProbs ?? Float32Array.from(tokens.sampled, (flag) => (flag ? Number.NaN : 0)),
      from,
    )
  }
  return { ids, sampled, logProbs, weightVersions, turns: written.turns }
}
