import { derivedSeed } from '../../draws.ts'
import { textDigest } from '../../files/digest.ts'
import type { Stage } from '../../jobs/stage.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { RejectedAnswer } from '../../roles/rejected-answer.ts'
import type { Roles } from '../../roles/role-config.ts'
import { type UnitOutput, type UnitResources, withRoles } from '../pipeline/units/unit-resources.ts'
import { checkFidelity, fidelityVersion } from './fidelity/check-fidelity.ts'
import { judgePrompt, verdictProblems } from './judge-prompt.ts'
import { rephraseMode, taskVersion } from './rephrase-mode.ts'
import type { RephraseResult, RephraseUnit } from './rephrase-unit.ts'
import { rewriteExcerpt } from './rewrite-excerpt.ts'
import { rewriteVersion } from './rewrite-messages.ts'
import { stylesVersion } from './styles.ts'

const rejected = (reason: string, problems: readonly string[], text: string): RephraseResult => ({
  status: 'rejected',
  reason,
  problems,
  text,
})

/** What the judge finds wrong. An answer that is no verdict accepts nothing. */
async function judged(
  { mode, seed }: RephraseUnit,
  judge: ChatEndpoint,
  source: string,
  text: string,
  signal: AbortSignal,
): Promise<RephraseResult> {
  try {
    const { value } = await askStructured(
      judge,
      judgePrompt(mode),
      { source, rewritten: text },
      { seed: derivedSeed(seed, 'judge', textDigest(source)) % 2 ** 31, signal },
    )
    const problems = verdictProblems(value)
    return problems.length === 0 ? { status: 'accepted', text } : rejected('judge', problems, text)
  } catch (error) {
    if (error instanceof RejectedAnswer) return rejected('no verdict', error.problems, text)
    throw error
  }
}

async function rephrase(
  unit: RephraseUnit,
  { role }: Pick<Roles, 'role'>,
  signal: AbortSignal,
): Promise<RephraseResult> {
  const { chunks, way, mode, language, seed, temperature, maxTokens } = unit
  const source = chunks.join('')
  const rewriting = await rewriteExcerpt({
    endpoint: role('rephraser')!,
    task: way.task,
    chunks,
    seed: derivedSeed(seed, 'rewrite', way.name, textDigest(source)),
    temperature,
    maxTokens,
    signal,
  })
  const { text } = rewriting
  if (!rewriting.ok) return rejected(rewriting.reason, rewriting.problems, text)
  const broken = checkFidelity(rephraseMode(mode, language).rules, { source, rewritten: text })
  if (broken !== null) return rejected(broken.rule, broken.problems, text)
  const judge = role('judge')
  return judge === null ? { status: 'accepted', text } : judged(unit, judge, source, text, signal)
}

/**
 * Rewrites excerpts and holds the rewritings against rules and judge. A unit has all that its output depends on but the
 * words of tasks, prompts and rules, whose versions are the stage's; a rejection is an output like any other.
 */
export const rephraseStage = (resources: UnitResources): Stage<RephraseUnit, UnitOutput<RephraseResult>> => ({
  name: 'rephrase',
  version: [stylesVersion, taskVersion, rewriteVersion, fidelityVersion].join('.'),
  concurrency: 16,
  run: (unit, context) =>
    withRoles(resources, unit.roles, context, (roles) => rephrase(unit, roles, context.signal)),
})
