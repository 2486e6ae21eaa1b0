import type { Judge } from './judge.ts'
import type { JudgeAnswer, JudgeInput } from './judge-prompt.ts'

/**
 * Asks a model by `judgePrompt`; null for an answer that cannot be used in the end.
 *
 * @throws where no answer came, so that the work can be tried again
 */
export type AskJudge = (
  input: JudgeInput,
  options: { readonly seed: number; readonly signal?: AbortSignal },
) => Promise<JudgeAnswer | null>

/** A model that judges every criterion. */
export const modelJudge = (name: string, ask: AskJudge): Judge => ({
  name,
  decides: () => true,
  async judge(trajectory, task, criterion, presentation, options) {
    const given = await ask({ trajectory, task, criterion, presentation }, options)
    if (given === null) return { verdict: 'undecided', reason: 'the judge gave no answer that can be used' }
    const { verdict, reason, fault } = given
    const isOthers = verdict === 'fail' && (fault === 'user' || fault === 'tools')
    return { verdict, reason, ...(isOthers && { fault }) }
  },
})
