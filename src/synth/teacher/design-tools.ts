import { derivedSeed } from '../../draws.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { Application } from '../../world/application.ts'
import { applicationPrompt } from './application-prompt.ts'
import { type ApplicationDomain, type DomainInput, domainPrompt } from './domain-prompt.ts'

export interface TeacherOptions {
  readonly seed: number
  readonly signal?: AbortSignal
}

/**
 * Application domains of a domain that are not known yet.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function designDomains(
  endpoint: ChatEndpoint,
  input: DomainInput,
  { seed, signal }: TeacherOptions,
): Promise<readonly ApplicationDomain[]> {
  const options = { seed: derivedSeed(seed, 'domains'), ...(signal && { signal }) }
  return (await askStructured(endpoint, domainPrompt, input, options)).value.domains
}

/**
 * An application for an application domain: its tables and so many tools, whose schemas, names and semantics are checked.
 * Scripts are checked to be functions; nothing of them is run here.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function designApplication(
  endpoint: ChatEndpoint,
  input: { readonly domain: string; readonly application: ApplicationDomain; readonly tools: number },
  { seed, signal }: TeacherOptions,
): Promise<Application> {
  const options = { seed: derivedSeed(seed, 'application'), ...(signal && { signal }) }
  const { value } = await askStructured(endpoint, applicationPrompt, input, options)
  const { name, description, tables, tools } = value
  return { name, domain: input.domain, description, tables, tools }
}
