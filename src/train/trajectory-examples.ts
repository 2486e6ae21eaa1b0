import type { JsonObject } from '../data/json-objects.ts'
import type { EncodedRecord } from '../data/prepare-masked.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { checkAnswered } from '../trajectory/check-answered.ts'
import { leaves } from '../trajectory/leaves.ts'
import { pathTo } from '../trajectory/path-to.ts'
import { readTrajectoryText } from '../trajectory/read-trajectory-text.ts'
import type { Trajectory, TrajectoryNode } from '../trajectory/trajectory.ts'
import { isLearned } from '../trajectory/trajectory-tokens.ts'
import { type ChatExample, type ChatExampleOptions, chatExample, nothingToLearn } from './chat-example.ts'

export interface TrajectoryOptions extends ChatExampleOptions {
  /** What becomes of a trajectory that failed: left out, or learned like the others. */
  readonly failed: 'drop' | 'learn'
}

/** Whether an outcome says so: it was judged to be less than right, or it broke off. Without one nobody knows. */
const hasFailed = ({ outcome }: Trajectory): boolean =>
  outcome !== undefined &&
  ((outcome.reward !== null && outcome.reward < 1) || ['failed', 'aborted'].includes(outcome.status))

/** A turn to learn that has something in it. */
const teaches = (node: TrajectoryNode): boolean =>
  isLearned(node) &&
  !(node.message.role === 'assistant' && node.message.partial && node.message.content === '')

/**
 * The conversations of a trajectory, one for each of its ends, as text: sampled ids are of whichever tokenizer sampled
 * them. A turn that several of them share is learned in the first that has room for it.
 *
 * @throws UserError with the path of what is wrong, and where nothing is learned
 */
export function trajectoryExamples(
  tokenizer: Tokenizer,
  value: JsonObject,
  { failed, ...options }: TrajectoryOptions,
): EncodedRecord {
  const trajectory = readTrajectoryText(value, 'the trajectory')
  if (failed === 'drop' && hasFailed(trajectory)) return { documents: [], failed: 1 }
  if (!trajectory.nodes.some(teaches))
    throw nothingToLearn(trajectory.nodes.some(({ message }) => message.role === 'assistant'))
  const done = new Set<TrajectoryNode>()
  const documents: ChatExample[] = []
  let tooLong = 0
  for (const leaf of leaves(trajectory)) {
    const path = pathTo(trajectory, leaf)
    const learned = path.map((node) => teaches(node) && !done.has(node))
    if (!learned.includes(true)) continue
    const messages = path.map(({ message }) => message)
    checkAnswered(messages, `to nodes[${leaf}]: messages`)
    const example = chatExample(tokenizer, { messages, tools: trajectory.tools, learned }, options)
    if (example === null) {
      tooLong++
      continue
    }
    documents.push(example)
    for (const [i, node] of path.entries()) if (learned[i]) done.add(node)
  }
  return { documents, tooLong }
}
