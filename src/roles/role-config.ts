import { z } from 'zod'
import { UserError } from '../user-error.ts'
import type { ChatEndpoint, ChatUsage } from './chat-endpoint.ts'
import { type AccountedEndpoint, createChatEndpoint } from './create-chat-endpoint.ts'
import { costOf, type EndpointUsage, type Prices } from './endpoint-account.ts'

export const roleNames = [
  'tool_designer',
  'agent_designer',
  'task_writer',
  'user',
  'tool_simulator',
  'assistant',
  'judge',
  'rephraser',
] as const
export type RoleName = (typeof roleNames)[number]

const price = z.number().nonnegative()

/** A model behind an endpoint, as a role. */
export const endpointRoleSchema = z.strictObject({
  /** With its path, mostly `/v1`. */
  base_url: z.url({ protocol: /^https?$/ }),
  model: z.string().min(1),
  /** Name of the environment variable that holds the key. */
  api_key_env: z.string().min(1).optional(),
  /** Instead of each prompt's own. */
  temperature: z.number().nonnegative().optional(),
  max_concurrency: z.int().positive().max(4096).default(16),
  /** For one whole answer. */
  timeout_seconds: z.number().positive().max(300).default(180),
  retries: z.int().nonnegative().max(20).default(5),
  /** Per million tokens, in any currency. */
  prices: z.strictObject({ input: price, output: price }).optional(),
})

export const roleSchema = z.union([z.literal('procedural'), endpointRoleSchema])
export type RoleConfig = z.infer<typeof roleSchema>

const procedural = roleSchema.default('procedural')

/** Who plays each role of a run; a role that is not named is procedural. */
export const rolesSchema = z.strictObject({
  tool_designer: procedural,
  agent_designer: procedural,
  task_writer: procedural,
  user: procedural,
  tool_simulator: procedural,
  assistant: procedural,
  judge: procedural,
  rephraser: procedural,
} satisfies Record<RoleName, typeof procedural>)
export type RolesConfig = z.infer<typeof rolesSchema>

/** What one answer took. */
export interface AnswerCost extends ChatUsage {
  /** In the currency of the prices; 0 without prices. */
  readonly cost: number
}

/** The roles of a run that models play. */
export interface Roles {
  /** null for a procedural role. */
  readonly role: (name: RoleName) => ChatEndpoint | null
  /** One each for the endpoints in use, whichever roles share them. */
  readonly usage: () => readonly EndpointUsage[]
  /** The same roles, whose answers are told: what one piece of work costs. */
  readonly metered: (told: (cost: AnswerCost) => void) => Pick<Roles, 'role'>
}

export type EndpointRole = Exclude<RoleConfig, 'procedural'>

function open(config: EndpointRole, name: RoleName, environment: NodeJS.ProcessEnv): AccountedEndpoint {
  const { api_key_env: variable, prices } = config
  const apiKey = variable === undefined ? undefined : environment[variable]
  if (variable !== undefined && !apiKey)
    throw new UserError(
      `roles.${name}.api_key_env: the environment variable ${variable} is not set; set it to the key of ${config.base_url}`,
    )
  return createChatEndpoint({
    baseUrl: config.base_url,
    model: config.model,
    ...(apiKey && { apiKey }),
    maxConcurrency: config.max_concurrency,
    timeoutMs: config.timeout_seconds * 1000,
    retries: config.retries,
    ...(prices && { prices }),
  })
}

const metered = (
  endpoint: ChatEndpoint,
  prices: Prices | undefined,
  told: (cost: AnswerCost) => void,
): ChatEndpoint => ({
  baseUrl: endpoint.baseUrl,
  model: endpoint.model,
  async complete(request) {
    const answer = await endpoint.complete(request)
    told({ ...answer.usage, cost: costOf(answer.usage, prices) ?? 0 })
    return answer
  },
})

const atTemperature = (endpoint: ChatEndpoint, temperature: number | undefined): ChatEndpoint =>
  temperature === undefined
    ? endpoint
    : {
        baseUrl: endpoint.baseUrl,
        model: endpoint.model,
        complete: (request) => endpoint.complete({ ...request, temperature }),
      }

/**
 * The roles of a run. Roles with equal endpoints (all but the temperature) share one, with its limit and its account.
 *
 * @param opened endpoints that other roles have opened, to be shared with them
 * @throws UserError for a key that is not in the environment
 */
export function openRoles(
  config: RolesConfig,
  environment: NodeJS.ProcessEnv = process.env,
  opened = new Map<string, AccountedEndpoint>(),
): Roles {
  const byRole = new Map<RoleName, ChatEndpoint>()
  for (const name of roleNames) {
    const role = config[name]
    if (role === 'procedural') continue
    const { temperature, ...rest } = role
    const key = JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const endpoint = opened.get(key) ?? open(role, name, environment)
    opened.set(key, endpoint)
    byRole.set(name, atTemperature(endpoint, temperature))
  }
  return {
    role: (name) => byRole.get(name) ?? null,
    usage: () => [...opened.values()].map((endpoint) => endpoint.usage()),
    metered: (told) => ({
      role(name) {
        const [endpoint, role] = [byRole.get(name), config[name]]
        if (endpoint === undefined || role === 'procedural') return null
        return metered(endpoint, role.prices, told)
      },
    }),
  }
}
