import type { StageContext } from '../../jobs/stage.ts'
import {
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

/** Results do not depend on how often or how many at once a model is asked: that is the process's own. */
function withLimits(roles: UnitRoles, limits: RolesConfig | undefined): RolesConfig {
  const complete = Object.entries(roles).map(([name, { prompts: _, ...role }]) => {
    const own = limits?.[name as RoleName]
    const isSame = own !== undefined && own !== 'procedural' && own.base_url === role.base_url
    return [name, isSame ? { ...own, ...role } : role]
  })
  return rolesSchema.parse(Object.fromEntries(complete))
}

/** Opens the roles of units, those that are the same once. */
export function createRoleTable(limits?: RolesConfig): (roles: UnitRoles) => Roles {
  const opened = new Map<string, Roles>()
  return (roles) => {
    const key = JSON.stringify(Object.entries(roles).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const known = opened.get(key) ?? openRoles(withLimits(roles, limits))
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
