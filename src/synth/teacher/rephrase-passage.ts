import { derivedSeed } from '../../draws.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { TeacherOptions } from './design-tools.ts'
import { type RephraseInput, rephrasePrompt } from './rephrase-prompt.ts'

/**
 * A passage told again. Whether all facts are in it is not checked here.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function rephrasePassage(
  endpoint: ChatEndpoint,
  input: RephraseInput,
  { seed, signal }: TeacherOptions,
): Promise<string> {
  const options = { seed: derivedSeed(seed, 'rephrase'), ...(signal && { signal }) }
  return (await askStructured(endpoint, rephrasePrompt, input, options)).value.text.trim()
}
