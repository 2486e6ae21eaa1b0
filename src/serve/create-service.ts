import { canonicalHistory } from '../chat/canonical-history.ts'
import type { TemplateOptions } from '../chat/template.ts'
import { warmConstraints } from '../chat/vocabulary-masks.ts'
import type { Scheduler } from '../generate/scheduler.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { type Constrain, enforced } from './answer-constraint.ts'
import { answerEvents } from './answering.ts'
import type { OnAnswer } from './generated-answer.ts'
import { promptTokensOf } from './prompt-tokens.ts'
import type { Service } from './service.ts'

/** A model that answers. */
export interface ServedModel {
  readonly tokenizer: Tokenizer
  /** Gives no ids beyond the tokenizer's. */
  readonly scheduler: Scheduler
  /** At least one; the first is its own. */
  readonly modelNames: readonly string[]
  /** How the template declares tools, and what stands for a missing system message. */
  readonly template?: Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'>
  /** Instead of the enforcer, which makes calls and JSON what they were asked to be. */
  readonly constrain?: Constrain
  /** Gets every answer when it has ended. */
  readonly onAnswer?: OnAnswer
}

/** What every dialect's routes answer with. */
export function createService({
  tokenizer,
  scheduler,
  modelNames,
  template = {},
  constrain: given,
  onAnswer = () => undefined,
}: ServedModel): Service {
  const constrain = given ?? enforced(tokenizer)
  if (!given) warmConstraints(tokenizer)
  const promptTokens = promptTokensOf(tokenizer, scheduler.maxTokens, template)
  return {
    modelNames,
    created: Math.floor(Date.now() / 1000),
    tokenizer,
    scheduler,
    answer: (request) => answerEvents({ tokenizer, scheduler, promptTokens, constrain, onAnswer }, request),
    countTokens: (messages, tools) => promptTokens(canonicalHistory(messages).messages, tools).ids.length,
  }
}
