import { PermanentFailure } from '../../jobs/failures.ts'
import type { StageContext } from '../../jobs/stage.ts'
import {
  type EndpointRole,
  openRoles,
  type RoleName,
  type Roles,
  type RolesConfig,
  rolesSchema,
} from '../../roles/role-config.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import type { RoleCost } from './synth-report-data.ts'

/** Who plays a role, as far as results depend on it. */
export interface UnitRole {
  readonly base_url: string
  readonly model: string
  readonly api_key_env?: string
  readonly temperature?: number
  /** Digests of what it is asked. */
  readonly prompts: readonly string[]
}

/** The models of a unit of work; a role that is not named is procedural. */
export type UnitRoles = Readonly<Partial<Record<RoleName, UnitRole>>>

type Prompts = Readonly<Partial<Record<RoleName, readonly Parameters<typeof promptDigest>[0][]>>>

/** Of a run's roles those that a stage has, with the prompts that it asks them by. */
export function unitRoles(roles: RolesConfig, prompts: Prompts): UnitRoles {
  const chosen: Partial<Record<RoleName, UnitRole>> = {}
  for (const [name, asked] of Object.entries(prompts) as [RoleName, NonNullable<Prompts[RoleName]>][]) {
    const role = roles[name]
    if (role === 'procedural') continue
    const { base_url, model, api_key_env, temperature } = role
    chosen[name] = {
      base_url,
      model,
      ...(api_key_env !== undefined && { api_key_env }),
      ...(temperature !== undefined && { temperature }),
      prompts: asked.map(promptDigest),
    }
  }
  return chosen
}

/**
 * How an endpoint is asked, which results do not depend on: as the roles of the process's own run say that share it,
 * the fewest requests at once and the most patience of them; its prices where they name its model.
 *
 * @throws PermanentFailure for an address or a key variable that the run does not name
 */
function limitsOf({ base_url, model, api_key_env }: UnitRole, name: string, own: RolesConfig | undefined) {
  const named = Object.values(own ?? {}).filter(
    (role) => role !== 'procedural' && role.base_url === base_url && role.api_key_env === api_key_env,
  ) as EndpointRole[]
  if (named.length === 0)
    throw new PermanentFailure(
      `roles.${name}: the roles of this process's run (config.json, of a rephrasing roles.json) name nothing at ${base_url} with ${api_key_env === undefined ? 'no api_key_env' : `api_key_env ${api_key_env}`}, so it is not asked; name it there, and start the worker again`,
    )
  const same = named.filter((role) => role.model === model)
  const prices = same.find((role) => role.prices !== undefined)?.prices
  const sharing = same.length > 0 ? same : named
  return {
    max_concurrency: Math.min(...sharing.map(({ max_concurrency }) => max_concurrency)),
    timeout_seconds: Math.max(...sharing.map(({ timeout_seconds }) => timeout_seconds)),
    retries: Math.max(...sharing.map(({ retries }) => retries)),
    ...(prices && { prices }),
  }
}

const withLimits = (roles: UnitRoles, own: RolesConfig | undefined): RolesConfig =>
  rolesSchema.parse(
    Object.fromEntries(
      Object.entries(roles).map(([name, role]) => {
        const { prompts: _, ...asked } = role
        return [name, { ...asked, ...limitsOf(role, name, own) }]
      }),
    ),
  )

/**
 * Opens the roles of units, those that are the same once. All of them share the endpoints of one address, model and key
 * variable, so that limits hold for a whole process.
 *
 * @param own the roles of the process's own run, the only ones whose addresses and keys are used
 */
export function createRoleTable(own?: RolesConfig): (roles: UnitRoles) => Roles {
  const opened = new Map<string, Roles>()
  const endpoints: Parameters<typeof openRoles>[2] = new Map()
  return (roles) => {
    const key = JSON.stringify(Object.entries(roles).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const known = opened.get(key) ?? openRoles(withLimits(roles, own), process.env, endpoints)
    opened.set(key, known)
    return known
  }
}

const noCost = { requests: 0, promptTokens: 0, completionTokens: 0, cost: 0 }

/** The sum of costs, by role and model. */
export function addedRoleCosts(a: readonly RoleCost[], b: readonly RoleCost[]): readonly RoleCost[] {
  const sums = new Map<string, RoleCost>()
  for (const one of [...a, ...b]) {
    const key = JSON.stringify([one.role, one.model])
    const before = sums.get(key) ?? { ...one, ...noCost }
    sums.set(key, {
      ...before,
      requests: before.requests + one.requests,
      promptTokens: before.promptTokens + one.promptTokens,
      completionTokens: before.completionTokens + one.completionTokens,
      cost: before.cost + one.cost,
    })
  }
  return [...sums.values()].toSorted((x, y) => (x.role < y.role ? -1 : x.role > y.role ? 1 : 0))
}

/** Roles whose answers are counted by role, and accounted to the unit's run. */
export function countedRoles(roles: Roles, context: Pick<StageContext, 'account'>) {
  let costs: readonly RoleCost[] = []
  return {
    role(name: RoleName) {
      const { model = '' } = roles.role(name) ?? {}
      return roles
        .metered(({ promptTokens, completionTokens, cost }) => {
          context.account({ promptTokens, completionTokens, requests: 1, usd: cost })
          costs = addedRoleCosts(costs, [
            { role: name, model, requests: 1, promptTokens, completionTokens, cost },
          ])
        })
        .role(name)
    },
    costs: (): readonly RoleCost[] => costs,
  }
}
