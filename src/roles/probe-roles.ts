import { UserError } from '../user-error.ts'
import type { ChatEndpoint } from './chat-endpoint.ts'
import { EndpointFailure } from './endpoint-failure.ts'
import { type RoleName, type Roles, roleNames } from './role-config.ts'

/** Models that think before they answer need room for it. */
const maxTokens = 512

/**
 * Asks each model of a run for a word, so that a wrong address, key or name is known before any work is done.
 *
 * @throws UserError naming the roles whose endpoint does not answer, and why
 */
export async function probeRoles(roles: Roles, signal?: AbortSignal): Promise<void> {
  const byModel = new Map<string, { readonly endpoint: ChatEndpoint; readonly names: RoleName[] }>()
  for (const name of roleNames) {
    const endpoint = roles.role(name)
    if (endpoint === null) continue
    const key = JSON.stringify([endpoint.baseUrl, endpoint.model])
    const known = byModel.get(key)
    if (known) known.names.push(name)
    else byModel.set(key, { endpoint, names: [name] })
  }
  const messages = [{ role: 'user', content: 'Answer with the word "ready".' }] as const
  const failures = await Promise.all(
    [...byModel.values()].map(async ({ endpoint, names }) => {
      try {
        await endpoint.complete({ messages, maxTokens, ...(signal && { signal }) })
        return []
      } catch (error) {
        if (!(error instanceof EndpointFailure)) throw error
        return [`${names.join(', ')} (${endpoint.model}): ${error.message}`]
      }
    }),
  )
  const lines = failures.flat()
  if (lines.length > 0)
    throw new UserError(`no work was begun, since not every role answers:\n  ${lines.join('\n  ')}`)
}
