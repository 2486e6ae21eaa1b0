import type { ToolCall } from '../../chat/messages.ts'
import { derivedSeed } from '../../draws.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { RejectedAnswer } from '../../roles/rejected-answer.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import { readArguments } from '../../world/arguments.ts'
import { checkRubric } from '../../world/check.ts'
import type { CallResult } from '../../world/environment.ts'
import { rewardParts } from '../../world/reward-parts.ts'
import { failedResult, isOnlyLate } from '../../world/seeded-failures.ts'
import type { WorldState } from '../../world/state.ts'
import type { SeededFailure, Task } from '../../world/task.ts'
import { agentTools, type WorldEnvironment } from '../../world/world-environment.ts'
import { changedState, type ToolCallAnswer, toolCallPrompt } from './tool-call-prompt.ts'

/** Earlier calls that a model is shown. */
const mostShown = 12

const refused = (error: string): CallResult => ({ content: JSON.stringify({ error }), failed: true })

/**
 * A task's tools as a model plays them, on a state that it keeps and that each call updates. Arguments are checked by the
 * tool's schema before it is asked, changes by the tables' columns after; failures are those that the task seeds. An
 * answer that cannot be used fails the call with the fault of the tools.
 *
 * @param seed of the episode; each call has its own below it
 * @throws EndpointFailure from calls
 */
export function simulatedTools(endpoint: ChatEndpoint, task: Task, seed: number): WorldEnvironment {
  const { application } = task
  const tools = agentTools(task)
  const prompt = promptDigest(toolCallPrompt)
  const counts = new Map<string, number>()
  const history: { readonly call: string; readonly result: string }[] = []
  let state: WorldState = task.state
  let made = 0

  async function answerOf(
    call: ToolCall,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<ToolCallAnswer> {
    const { description, tables } = application
    const tool = application.tools.find(({ declaration }) => declaration.function.name === call.name)!
    const input = { description, tables, tool, state, arguments: args, history: history.slice(-mostShown) }
    const options = { seed: derivedSeed(seed, 'tool', made++), signal }
    return (await askStructured(endpoint, toolCallPrompt, input, options)).value
  }

  /** What a call returns and leaves, with the failure that the task seeds there. */
  function resultOf(
    { failed, result, changes }: ToolCallAnswer,
    failure: SeededFailure | undefined,
  ): CallResult {
    const content = JSON.stringify(result)
    if (failed) return { content, failed, meta: { prompt } }
    if (failure === undefined || isOnlyLate(failure.kind)) state = changedState(state, changes)
    if (failure === undefined) return { content, failed, meta: { prompt } }
    const seeded = failedResult(failure.kind, result)
    return { ...seeded, meta: { ...seeded.meta, prompt } }
  }

  return {
    name: endpoint.model,
    version: prompt,
    tools,
    get state() {
      return state
    },
    async call(call, signal) {
      const declaration = tools.find(({ function: tool }) => tool.name === call.name)
      if (declaration === undefined) return refused(`there is no tool ${call.name}`)
      const nth = counts.get(call.name) ?? 0
      counts.set(call.name, nth + 1)
      const failure = task.failures.find((one) => one.tool === call.name && one.nth === nth)
      const read = readArguments(declaration, call.arguments)
      if (!read.ok) return refused(read.problem)
      try {
        const result = resultOf(await answerOf(call, read.args, signal), failure)
        history.push({ call: `${call.name}(${call.arguments})`, result: result.content })
        return result
      } catch (error) {
        if (!(error instanceof RejectedAnswer)) throw error
        return { ...refused('internal error'), fault: 'tools', meta: { prompt, rejected: error.message } }
      }
    },
    check: async (trajectory) => rewardParts(checkRubric(task, task.rubric, state, trajectory)),
    [Symbol.asyncDispose]: async () => {},
  }
}
