import type { ChatMessage } from '../chat/messages.ts'
import { derivedSeed } from '../draws.ts'
import { digestOf } from '../files/digest.ts'
import type { Fault, Outcome, RewardPart, Trajectory, TrajectoryNode } from '../trajectory/trajectory.ts'
import type { Environment } from './environment.ts'
import type { AssistantPolicy, UserPolicy } from './policies.ts'
import { succeeded } from './reward-parts.ts'
import type { Task } from './task.ts'

export interface EpisodeLimits {
  /** Turns of the assistant, those with calls included. */
  readonly turns: number
  /** Calls in one turn; more are not executed and said to be too many. */
  readonly callsPerTurn: number
}

export interface EpisodeOptions {
  readonly task: Task
  /** Names the set that the task belongs to. */
  readonly set: string
  readonly environment: Environment
  readonly assistant: AssistantPolicy
  readonly user: UserPolicy
  readonly seed: number
  readonly limits?: EpisodeLimits
  readonly signal?: AbortSignal
}

const defaultLimits: EpisodeLimits = { turns: 24, callsPerTurn: 16 }

/** An error of a participant, and whose it is. */
class EpisodeFailure extends Error {
  readonly fault: Fault
  constructor(fault: Fault, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.fault = fault
  }
}

async function by<T>(fault: Fault, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new EpisodeFailure(fault, error)
  }
}

type Ending = Pick<Outcome, 'status' | 'stop'> & { readonly fault?: Fault }

/**
 * A conversation of a user and an assistant whose calls an environment executes, to its end: the user is done, a limit
 * is reached, a turn is cut off, or a participant fails. What happened is told with the outcome by the environment's
 * checks; a failing participant never throws out of here.
 *
 * @throws the signal's reason where it is aborted
 */
export async function runEpisode(options: EpisodeOptions): Promise<Trajectory> {
  const { task, environment, assistant, user, seed, limits = defaultLimits } = options
  const signal = options.signal ?? new AbortController().signal
  const nodes: TrajectoryNode[] = []
  const messages = (): ChatMessage[] => nodes.map(({ message }) => message)
  const add = (author: string, message: ChatMessage, rest: Partial<TrajectoryNode> = {}): void =>
    void nodes.push({ parent: nodes.length - 1, author, message, ...rest })
  if (task.agent.systemPrompt !== null) add('task', { role: 'system', content: task.agent.systemPrompt })

  /** Whether the user said something. */
  const userSpeaks = async (turn: number): Promise<boolean> => {
    const view = { messages: messages(), seed: derivedSeed(seed, 'user', turn), signal }
    const said = await by('user', user.turn(view))
    if (said.kind === 'done') return false
    add(user.name, { role: 'user', content: said.text }, said.meta && { meta: said.meta })
    return true
  }

  const callTools = async (from: TrajectoryNode): Promise<Fault | undefined> => {
    const { toolCalls = [] } = from.message as ChatMessage & { role: 'assistant' }
    for (const [i, call] of toolCalls.entries()) {
      const result =
        i < limits.callsPerTurn
          ? await by('environment', environment.call(call, signal))
          : { content: JSON.stringify({ error: 'too many calls in one turn' }), failed: true }
      const { content, failed, meta, fault } = result as Awaited<ReturnType<Environment['call']>>
      const about = { ...meta, ...(failed && { failed }) }
      add(
        environment.name,
        { role: 'tool', toolCallId: call.id, content },
        Object.keys(about).length > 0 ? { meta: about } : {},
      )
      if (fault !== undefined) return fault
    }
    return undefined
  }

  const converse = async (): Promise<Ending> => {
    if (!(await userSpeaks(0))) return { status: 'failed', stop: 'the user said nothing', fault: 'user' }
    for (let turn = 0; turn < limits.turns; turn++) {
      signal.throwIfAborted()
      const view = {
        messages: messages(),
        tools: environment.tools,
        seed: derivedSeed(seed, 'assistant', turn),
        signal,
      }
      const { message, finish, tokens, meta } = await by('infrastructure', assistant.turn(view))
      add(assistant.name, message, { ...(tokens && { tokens }), ...(meta && { meta }) })
      if (finish === 'length') return { status: 'truncated', stop: 'tokens' }
      if ((message.toolCalls ?? []).length > 0) {
        const fault = await callTools(nodes.at(-1)!)
        if (fault !== undefined) return { status: 'failed', stop: 'the tools failed', fault }
      } else if (!(await userSpeaks(turn + 1))) return { status: 'completed', stop: 'user done' }
    }
    return { status: 'truncated', stop: 'turns' }
  }

  const ending = await converse().catch((error): Ending => {
    signal.throwIfAborted()
    if (error instanceof EpisodeFailure) return { status: 'failed', stop: error.message, fault: error.fault }
    throw error
  })
  const trajectory: Trajectory = {
    version: 1,
    id: `${options.set}/${task.id}/${seed}`,
    task: { set: options.set, id: task.id, digest: digestOf(task) },
    seed,
    environment: { name: environment.name, version: environment.version },
    models: { assistant: assistant.model ?? { name: assistant.name }, user: { name: user.name } },
    tools: environment.tools,
    nodes,
    labels: { family: task.family, domain: task.application.domain, difficulty: String(task.difficulty) },
  }
  return { ...trajectory, outcome: await checked(ending) }

  async function checked(end: Ending): Promise<Outcome> {
    try {
      return outcomeOf(end, await environment.check(trajectory))
    } catch (error) {
      signal.throwIfAborted()
      const stop = `the checks failed: ${error instanceof Error ? error.message : error}`
      return outcomeOf({ status: 'failed', stop, fault: 'environment' }, [])
    }
  }
}

/** A cut or failed episode has not succeeded, whatever its state. */
function outcomeOf(ending: Ending, parts: readonly RewardPart[]): Outcome {
  const isSuccess = ending.status === 'completed' && succeeded(parts)
  const fault = ending.fault ?? (isSuccess ? undefined : 'assistant')
  return { ...ending, reward: isSuccess ? 1 : 0, parts, ...(fault && { fault }) }
}
