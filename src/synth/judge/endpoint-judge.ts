import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { RejectedAnswer } from '../../roles/rejected-answer.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import type { Judge } from './judge.ts'
import { judgePrompt } from './judge-prompt.ts'
import { modelJudge } from './model-judge.ts'

/**
 * A model behind an endpoint that judges every criterion; an answer of it that cannot be used decides nothing.
 *
 * @throws EndpointFailure (from `judge`) where no answer came
 */
export const endpointJudge = (endpoint: ChatEndpoint): Judge =>
  modelJudge(`${endpoint.model} ${promptDigest(judgePrompt)}`, async (input, options) => {
    try {
      return (await askStructured(endpoint, judgePrompt, input, options)).value
    } catch (error) {
      if (error instanceof RejectedAnswer) return null
      throw error
    }
  })
