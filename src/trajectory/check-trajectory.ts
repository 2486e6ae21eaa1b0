import type { ChatMessage } from '../chat/messages.ts'
import { UserError } from '../user-error.ts'
import { pathTo } from './path-to.ts'
import type { NodeTokens, Trajectory } from './trajectory.ts'

/** What is wrong with a node's tokens, with the path inside them. */
function tokensProblem(tokens: NodeTokens): string | undefined {
  const { ids, sampled, logProbs, weightVersions } = tokens
  const lengths = Object.entries({ sampled, log_probs: logProbs, weight_versions: weightVersions })
  for (const [name, array] of lengths)
    if (array !== undefined && array.length !== ids.length)
      return `.${name}: ${array.length} values for ${ids.length} ids; all lists of a node are of one length`
  for (let i = 0; i < ids.length; i++) {
    const flag = sampled[i]!
    if (flag > 1) return `.sampled[${i}]: expected 0 or 1, got ${flag}`
    const logProb = logProbs === undefined ? 0 : logProbs[i]!
    if (!Number.isFinite(logProb)) return `.log_probs[${i}]: expected a finite number, got ${logProb}`
    if (flag === 1) continue
    if (logProb !== 0)
      return `.log_probs[${i}]: a token that was not sampled has no log-prob, expected 0, got ${logProb}`
    if (weightVersions[i] !== -1)
      return `.weight_versions[${i}]: no weights chose a token that was not sampled, expected -1, got ${weightVersions[i]}`
  }
  return undefined
}

/** Whether a turn's sampled body is that of its tokens, which may have the mark that ends it as well. */
function isBodyOf(body: readonly number[], { ids }: NodeTokens): boolean {
  const more = ids.length - body.length
  return (more === 0 || more === 1) && body.every((id, i) => id === ids[i])
}

const answersCall = (trajectory: Trajectory, at: number, id: string): boolean =>
  pathTo(trajectory, trajectory.nodes[at]!.parent).some(
    ({ message }) => message.role === 'assistant' && message.toolCalls?.some((call) => call.id === id),
  )

const bodyOf = (message: ChatMessage): readonly number[] | undefined =>
  message.role === 'assistant' ? message.tokenIds : undefined

function nodeProblem(trajectory: Trajectory, at: number): string | undefined {
  const { parent, message, tokens } = trajectory.nodes[at]!
  if (!(Number.isInteger(parent) && parent >= -1 && parent < at))
    return `.parent: expected an earlier node (less than ${at}) or -1, got ${parent}`
  if (message.role === 'tool' && !answersCall(trajectory, at, message.toolCallId))
    return `.message.tool_call_id: ${JSON.stringify(message.toolCallId.slice(0, 80))} answers no call of the nodes above it`
  const problem = tokens && tokensProblem(tokens)
  if (problem !== undefined) return `.tokens${problem}`
  const body = bodyOf(message)
  if (body !== undefined && tokens !== undefined && !isBodyOf(body, tokens))
    return ".message.token_ids: other ids than the node's tokens; a turn was sampled once"
  return undefined
}

const isShare = (value: number): boolean => value >= 0 && value <= 1

function outcomeProblem({ outcome }: Trajectory): string | undefined {
  if (outcome === undefined) return undefined
  if (outcome.reward !== null && !isShare(outcome.reward))
    return `outcome.reward: expected 0 to 1 or null, got ${outcome.reward}`
  const at = outcome.parts.findIndex(({ score }) => !isShare(score))
  return at < 0 ? undefined : `outcome.parts[${at}].score: expected 0 to 1, got ${outcome.parts[at]!.score}`
}

/**
 * Refuses a trajectory that contradicts itself: parents that are not earlier nodes, results of no call on their path,
 * tokens whose lists differ in length or that have log-probs without being sampled, scores outside 0 … 1.
 *
 * @param where begins the message
 * @throws UserError with the path of what is wrong
 */
export function checkTrajectory(trajectory: Trajectory, where: string): void {
  for (const at of trajectory.nodes.keys()) {
    const problem = nodeProblem(trajectory, at)
    if (problem !== undefined) throw new UserError(`${where}: nodes[${at}]${problem}`)
  }
  const problem = outcomeProblem(trajectory)
  if (problem !== undefined) throw new UserError(`${where}: ${problem}`)
}
