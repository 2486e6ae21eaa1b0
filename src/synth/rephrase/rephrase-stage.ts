import { derivedSeed } from '../../draws.ts'
import { textDigest } from '../../files/digest.ts'
import { PermanentFailure } from '../../jobs/failures.ts'
import type { Stage, StageContext } from '../../jobs/stage.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint, ChatUsage } from '../../roles/chat-endpoint.ts'
import { EndpointFailure } from '../../roles/endpoint-failure.ts'
import { RejectedAnswer } from '../../roles/rejected-answer.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import { checkFidelity, fidelityVersion } from './fidelity/check-fidelity.ts'
import { judgePrompt, verdictProblems } from './judge-prompt.ts'
import { type RephraseMode, taskVersion } from './rephrase-mode.ts'
import type { RephraseResult, RephraseUnit } from './rephrase-unit.ts'
import { rewriteExcerpt } from './rewrite-excerpt.ts'
import { rewriteVersion } from './rewrite-messages.ts'
import { stylesVersion } from './styles.ts'

export interface RephraseStageOptions {
  readonly mode: RephraseMode
  readonly rephraser: ChatEndpoint
  /** Null leaves the rules alone to decide. */
  readonly judge: ChatEndpoint | null
  readonly seed: number
  readonly temperature: number
  /** Of one chunk's answer. */
  readonly maxTokens: number
  readonly concurrency: number
}

const rejected = (reason: string, problems: readonly string[], text: string): RephraseResult => ({
  status: 'rejected',
  reason,
  problems,
  text,
})

/** What the judge finds wrong. An answer that is no verdict accepts nothing. */
async function judged(
  options: RephraseStageOptions,
  judge: ChatEndpoint,
  source: string,
  text: string,
  { signal, account }: Pick<StageContext, 'signal'> & { account: (usage: ChatUsage) => void },
): Promise<RephraseResult> {
  const seed = derivedSeed(options.seed, 'judge', textDigest(source)) % 2 ** 31
  try {
    const { value, usage } = await askStructured(
      judge,
      judgePrompt(options.mode.name),
      { source, rewritten: text },
      { seed, signal },
    )
    account(usage)
    const problems = verdictProblems(value)
    return problems.length === 0 ? { status: 'accepted', text } : rejected('judge', problems, text)
  } catch (error) {
    if (error instanceof RejectedAnswer) return rejected('no verdict', error.problems, text)
    throw error
  }
}

async function rephrase(
  options: RephraseStageOptions,
  { chunks, way }: RephraseUnit,
  context: StageContext,
): Promise<RephraseResult> {
  const { mode, rephraser, judge, temperature, maxTokens } = options
  const { signal } = context
  const source = chunks.join('')
  const account = (usage: ChatUsage): void => context.account({ ...usage, requests: 1 })
  const rewriting = await rewriteExcerpt({
    endpoint: rephraser,
    task: way.task,
    chunks,
    seed: derivedSeed(options.seed, 'rewrite', way.name, textDigest(source)),
    temperature,
    maxTokens,
    signal,
    onUsage: account,
  })
  const { text } = rewriting
  if (!rewriting.ok) return rejected(rewriting.reason, rewriting.problems, text)
  const broken = checkFidelity(mode.rules, { source, rewritten: text })
  if (broken !== null) return rejected(broken.rule, broken.problems, text)
  return judge === null
    ? { status: 'accepted', text }
    : judged(options, judge, source, text, { signal, account })
}

/**
 * Rewrites excerpts and holds the rewritings against rules and judge. A unit's key has all that its output depends on:
 * text, way, versions of prompts and rules, models, seed; a rejection is an output like any other. `run` throws
 * PermanentFailure for what the endpoint will never do, EndpointFailure for what it may do later.
 */
export const rephraseStage = (options: RephraseStageOptions): Stage<RephraseUnit, RephraseResult> => ({
  name: 'rephrase',
  version: [stylesVersion, taskVersion, rewriteVersion, fidelityVersion].join('.'),
  settings: {
    mode: options.mode.name,
    model: options.rephraser.model,
    judge: options.judge && [options.judge.model, promptDigest(judgePrompt(options.mode.name))],
    seed: options.seed,
    temperature: options.temperature,
    maxTokens: options.maxTokens,
  },
  concurrency: options.concurrency,
  async run(unit, context) {
    try {
      return await rephrase(options, unit, context)
    } catch (error) {
      if (error instanceof EndpointFailure && !error.transient)
        throw new PermanentFailure(error.message, { cause: error })
      throw error
    }
  },
})
