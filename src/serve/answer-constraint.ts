import { endIds } from '../chat/end-ids.ts'
import { createEnforcer } from '../chat/enforcer.ts'
import type { TokenConstraint } from '../grammar/token-constraint.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import type { AnswerRequest } from './answer.ts'

/** What a request's answer may consist of; undefined is anything. @throws UserError for schemas that can't be kept to */
export type Constrain = (
  request: Pick<AnswerRequest, 'tools' | 'toolChoice' | 'parallelToolCalls' | 'responseFormat'>,
  firstCallIndex: number,
) => TokenConstraint | undefined

/** Keeps calls to the declared tools and their schemas, and text to the format that was asked for. */
export const enforced =
  (tokenizer: Tokenizer): Constrain =>
  ({ tools, toolChoice, parallelToolCalls, responseFormat }, firstCallIndex) =>
    createEnforcer(tokenizer, {
      tools,
      toolChoice,
      parallelToolCalls,
      responseFormat,
      firstCallIndex,
      stopIds: endIds(tokenizer),
    }).constraint()
