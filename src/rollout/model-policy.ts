import { callCount } from '../chat/call-count.ts'
import { chatTokens } from '../chat/chat-tokens.ts'
import { endIds } from '../chat/end-ids.ts'
import { createEnforcer } from '../chat/enforcer.ts'
import { marks } from '../chat/marks.ts'
import type { AssistantMessage } from '../chat/messages.ts'
import type { TemplateOptions } from '../chat/template.ts'
import { parseAnswerTokens } from '../chat/token-answer-parser.ts'
import type { DrawnToken, Scheduler } from '../generate/scheduler.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import type { NodeTokens, RoleModel } from '../trajectory/trajectory.ts'
import type { AssistantPolicy, AssistantTurn, AssistantView } from '../world/policies.ts'

export interface ModelPolicyOptions {
  readonly scheduler: Pick<Scheduler, 'submit' | 'maxTokens'>
  readonly tokenizer: Tokenizer
  /** Which weights they are, and which template, for trajectories; `model` without it. */
  readonly identity?: Omit<RoleModel, 'sampling'>
  /** How conversations were written when the model was trained. */
  readonly template?: Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'>
  /** Whether tokens that would break a call or its schema are not chosen. */
  readonly enforce: boolean
  /** 0, the default, always takes the likeliest token. */
  readonly temperature?: number
  /** Most tokens of a turn. */
  readonly maxTokens: number
}

const nodeTokens = (tokens: readonly DrawnToken[]): NodeTokens => ({
  ids: Int32Array.from(tokens, ({ id }) => id),
  sampled: new Uint8Array(tokens.length).fill(1),
  logProbs: Float32Array.from(tokens, ({ logProb }) => logProb),
  weightVersions: Int32Array.from(tokens, ({ weightVersion }) => weightVersion),
})

/** An answer that has no room at all. */
const cut: AssistantTurn = { message: { role: 'assistant', content: '' }, finish: 'length' }

/**
 * A model of ours as an assistant: what it samples is kept token by token, and what it said before is given to it as the
 * tokens that it chose, never as text that is encoded again.
 */
export function modelPolicy(options: ModelPolicyOptions): AssistantPolicy {
  const {
    scheduler,
    tokenizer,
    identity = { name: 'model' },
    template = {},
    enforce,
    temperature = 0,
  } = options
  const stop = endIds(tokenizer)
  const turnEnd = tokenizer.specials.get(marks.end)

  async function turn({ messages, tools, seed, signal }: AssistantView): Promise<AssistantTurn> {
    const { ids: prompt } = chatTokens(tokenizer, messages, { ...template, tools, addGenerationPrompt: true })
    const maxTokens = Math.min(options.maxTokens, scheduler.maxTokens - prompt.length)
    if (maxTokens < 1) return cut
    const firstCallIndex = callCount(messages)
    const constraint = enforce
      ? createEnforcer(tokenizer, {
          tools,
          toolChoice: 'auto',
          parallelToolCalls: true,
          responseFormat: { type: 'text' },
          firstCallIndex,
          stopIds: stop,
        }).constraint()
      : undefined
    const generation = scheduler.submit({
      prompt,
      maxTokens,
      temperature,
      seed,
      stop,
      signal,
      ...(constraint && { constraint }),
    })
    const tokens: DrawnToken[] = []
    for await (const token of generation) tokens.push(token)
    signal.throwIfAborted()
    const toolNames = tools.map(({ function: { name } }) => name)
    const ids = tokens.map(({ id }) => id)
    const { content, toolCalls, isCut } = parseAnswerTokens(tokenizer, ids, { toolNames, firstCallIndex })
    const message: AssistantMessage = {
      role: 'assistant',
      content,
      ...(toolCalls.length > 0 && { toolCalls }),
      tokenIds: ids,
    }
    const finish =
      isCut || generation.finishReason !== 'stop' ? 'length' : toolCalls.length > 0 ? 'tool_calls' : 'stop'
    const { stopToken } = generation
    // The template writes no other end: a text that `[EOS]` ended stands in later prompts with a mark of the template's.
    const chosen = stopToken !== undefined && stopToken.id === turnEnd ? [...tokens, stopToken] : tokens
    return { message, finish, tokens: nodeTokens(chosen) }
  }

  const sampling = { temperature, maxTokens: options.maxTokens }
  return { name: 'model', model: { ...identity, sampling }, turn }
}
