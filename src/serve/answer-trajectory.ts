import type { ChatTurn } from '../chat/chat-tokens.ts'
import type { AssistantMessage, ChatMessage } from '../chat/messages.ts'
import { defaultSystemText, type TemplateOptions } from '../chat/template.ts'
import { digestOf } from '../files/digest.ts'
import type { DrawnToken } from '../generate/scheduler.ts'
import type { NodeTokens, Outcome, Trajectory, TrajectoryNode } from '../trajectory/trajectory.ts'
import type { AnswerRequest } from './answer.ts'
import type { AnswerEnd, GeneratedAnswer } from './generated-answer.ts'

/** What answers of a server have in common. */
export interface AnsweringModel {
  readonly name: string
  /** How its prompts are written. */
  readonly template: Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'>
}

/** Ids that nobody sampled here. */
const givenTokens = (ids: readonly number[]): NodeTokens => ({
  ids: Int32Array.from(ids),
  sampled: new Uint8Array(ids.length),
  weightVersions: new Int32Array(ids.length).fill(-1),
})

/** A turn that was begun by the prompt and went on with sampled tokens. */
function answeredTokens(begun: readonly number[], tokens: GeneratedAnswer['tokens']): NodeTokens {
  const from = begun.length
  const count = begun.length + tokens.length
  const behind =
    <T>(before: T, of: (token: DrawnToken) => T) =>
    (_: unknown, i: number): T =>
      i < from ? before : of(tokens[i - from]!)
  return {
    ids: Int32Array.from([...begun, ...tokens.map(({ id }) => id)]),
    sampled: new Uint8Array(count).fill(1, from),
    logProbs: Float32Array.from(
      { length: count },
      behind(0, ({ logProb }) => logProb),
    ),
    weightVersions: Int32Array.from(
      { length: count },
      behind(-1, ({ weightVersion }) => weightVersion),
    ),
  }
}

const isBegun = (message: ChatMessage | undefined): message is AssistantMessage =>
  message?.role === 'assistant' && message.partial === true

/** A message of the request with its turn as the model saw it. An earlier answer is read here, not learned again. */
function givenNode(message: ChatMessage, at: number, ids: readonly number[]): TrajectoryNode {
  return {
    parent: at - 1,
    author: message.role,
    message,
    tokens: givenTokens(ids),
    ...(message.role === 'assistant' && { meta: { weight: 0 } }),
  }
}

/** What the request asked of its answer's form, where it asked for any. */
function formOf({ tools, toolChoice, parallelToolCalls, responseFormat, stop }: AnswerRequest) {
  return {
    ...(tools.length > 0 && toolChoice !== 'auto' && { tool_choice: toolChoice }),
    ...(tools.length > 0 && !parallelToolCalls && { parallel_tool_calls: false }),
    ...(responseFormat.type !== 'text' && { response_format: responseFormat }),
    ...(stop.length > 0 && { stop }),
  }
}

const samplingOf = (request: AnswerRequest): Readonly<Record<string, number>> => ({
  temperature: request.temperature,
  top_p: request.topP,
  top_k: request.topK,
  frequency_penalty: request.frequencyPenalty,
  presence_penalty: request.presencePenalty,
  ...(request.maxTokens !== null && { max_tokens: request.maxTokens }),
  ...Object.fromEntries([...request.logitBias].map(([id, bias]) => [`logit_bias.${id}`, bias])),
})

function answerMessage({ messages, content, toolCalls, end }: GeneratedAnswer): AssistantMessage {
  const last = messages.at(-1)
  const begun = isBegun(last) ? last : undefined
  const isOpen = end.reason === 'length' || 'detail' in end
  return {
    role: 'assistant',
    ...(begun?.name !== undefined && { name: begun.name }),
    content: `${begun?.content ?? ''}${content}`,
    ...(toolCalls.length > 0 && { toolCalls }),
    // It was cut; but a turn with calls cannot be gone on with.
    ...(isOpen && toolCalls.length === 0 && { partial: true }),
  }
}

function outcomeOf(end: AnswerEnd): Outcome {
  const unjudged = { reward: null, parts: [] }
  if ('detail' in end) {
    const fault = end.reason === 'failed' ? ({ fault: 'infrastructure' } as const) : {}
    return { ...unjudged, status: end.reason, stop: end.detail, ...fault }
  }
  if (end.reason === 'length') return { ...unjudged, status: 'truncated', stop: 'tokens' }
  const stop = end.stopSequence === null ? end.reason : `stop text ${JSON.stringify(end.stopSequence)}`
  return { ...unjudged, status: 'completed', stop }
}

/** The turns of the request's messages: tools and a default system message come before, an opened turn behind. */
function turnsOf({ messages, prompt: { turns } }: GeneratedAnswer): readonly ChatTurn[] {
  const opened = isBegun(messages.at(-1)) ? 0 : 1
  return turns.slice(turns.length - messages.length - opened)
}

/**
 * An answer as a trajectory: the request's messages in a row, then the answer. Each node has its turn's tokens as the
 * model saw or wrote them. A begun answer that was gone on with is one node.
 */
export function answerTrajectory(answer: GeneratedAnswer, id: string, model: AnsweringModel): Trajectory {
  const { request, prompt, tokens, end } = answer
  const turns = turnsOf(answer)
  const given = isBegun(answer.messages.at(-1)) ? answer.messages.slice(0, -1) : answer.messages
  const nodes = given.map((message, i) => {
    const { start, end: to } = turns[i]!
    return givenNode(message, i, prompt.ids.slice(start, to))
  })
  const digest = digestOf({ messages: answer.messages, tools: request.tools })
  const { toolStyle = 'json', defaultSystem = defaultSystemText } = model.template
  const template = digestOf({ toolStyle, defaultSystem })
  return {
    version: 1,
    id,
    task: { set: 'served', id: digest, digest },
    seed: request.seed,
    models: { assistant: { name: model.name, template, sampling: samplingOf(request) } },
    tools: request.tools,
    nodes: [
      ...nodes,
      {
        parent: nodes.length - 1,
        author: 'assistant',
        message: answerMessage(answer),
        tokens: answeredTokens(prompt.ids.slice(turns.at(-1)!.start), tokens),
        meta: {
          began: answer.began.toISOString(),
          seconds: Number(answer.seconds.toFixed(3)),
          ...formOf(request),
        },
      },
    ],
    outcome: outcomeOf(end),
    lineage: { stage: 'serve', keys: [] },
  }
}
