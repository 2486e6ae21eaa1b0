import { draws } from '../../draws.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { noRefusal, noTalk } from './fidelity/form.ts'
import { rewriteMessages } from './rewrite-messages.ts'

export interface RewriteOptions {
  readonly endpoint: ChatEndpoint
  readonly task: string
  readonly chunks: readonly string[]
  readonly seed: number
  readonly temperature: number
  /** Of one answer. */
  readonly maxTokens: number
  readonly signal?: AbortSignal
}

/** A rewriting, or why there is none; its text is as far as it came. */
export type Rewriting =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly reason: string
      readonly problems: readonly string[]
      readonly text: string
    }

/** What can be seen of one answer without the others. */
const answerRules = { refusal: noRefusal, talk: noTalk }

/**
 * Rewrites an excerpt chunk by chunk, each with the excerpt and what was written before it (K2's report, figure 4), and
 * puts the rewritings together. The first answer that is cut off, empty, declined or talks about the task ends it.
 *
 * @throws EndpointFailure where no answer comes
 */
export async function rewriteExcerpt(options: RewriteOptions): Promise<Rewriting> {
  const { endpoint, task, chunks, seed, temperature, maxTokens, signal } = options
  const written: string[] = []
  for (const [at, source] of chunks.entries()) {
    if (source.trim() === '') continue
    const answer = await endpoint.complete({
      messages: rewriteMessages({ task, chunks, at, written }),
      temperature,
      maxTokens,
      seed: draws(seed, 'chunk', at).integer(0, 2 ** 31 - 1),
      ...(signal && { signal }),
    })
    const rewritten = answer.message.content.trim()
    const text = [...written, rewritten].join('\n\n')
    const failed = (reason: string, problem: string): Rewriting => ({
      ok: false,
      reason,
      problems: [`chunk ${at + 1} of ${chunks.length}: ${problem}`],
      text,
    })
    if (answer.finish === 'length') return failed('truncated', `cut off after ${maxTokens} tokens`)
    if (answer.finish === 'content_filter')
      return failed('refusal', "the endpoint's filter stopped the answer")
    if (rewritten === '') return failed('empty', 'the answer is empty')
    for (const [reason, rule] of Object.entries(answerRules)) {
      const [problem] = rule({ source, rewritten })
      if (problem !== undefined) return failed(reason, problem)
    }
    written.push(rewritten)
  }
  return { ok: true, text: written.join('\n\n') }
}
