import { type Bubblewrap, openBubblewrap } from '../../../agent/sandbox/bubblewrap.ts'
import { type Javascript, openJavascript } from '../../../agent/sandbox/javascript.ts'
import { PermanentFailure } from '../../../jobs/failures.ts'
import type { StageContext } from '../../../jobs/stage.ts'
import { EndpointFailure } from '../../../roles/endpoint-failure.ts'
import { RejectedAnswer } from '../../../roles/rejected-answer.ts'
import type { Roles, RolesConfig } from '../../../roles/role-config.ts'
import { UserError } from '../../../user-error.ts'
import type { SandboxChoice } from '../../sandbox-environment.ts'
import type { RoleCost } from '../synth-report-data.ts'
import { countedRoles, createRoleTable, type UnitRoles } from '../unit-roles.ts'

/** What the units of a process share: endpoints, sandboxes. All of it is opened when it is needed. */
export interface UnitResources extends AsyncDisposable {
  roles(roles: UnitRoles): Roles
  javascript(): Javascript
  /** What programs of a language are run with. */
  sandbox(language: 'javascript' | 'python'): Promise<SandboxChoice>
}

/** What a unit of work gives. */
export interface UnitOutput<Value> {
  readonly value: Value
  /** By role, failed attempts not counted. */
  readonly costs: readonly RoleCost[]
}

/** @param limits how the models of a run are asked: at once, how often, at what prices */
export function createUnitResources(limits?: RolesConfig): UnitResources {
  let javascript: Javascript | undefined
  let bubblewrap: Promise<Bubblewrap> | undefined
  const runner = (): Javascript => (javascript ??= openJavascript())
  const opened = (): Promise<Bubblewrap> => {
    bubblewrap ??= openBubblewrap().catch((error: unknown) => {
      bubblewrap = undefined
      throw error
    })
    return bubblewrap
  }
  return {
    roles: createRoleTable(limits),
    javascript: runner,
    async sandbox(language) {
      if (language === 'javascript') return { javascript: runner() }
      return { javascript: runner(), bubblewrap: await opened() }
    },
    async [Symbol.asyncDispose]() {
      const [scripts, sandboxes] = [javascript, bubblewrap]
      javascript = bubblewrap = undefined
      scripts?.[Symbol.dispose]()
      await (await sandboxes?.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
  }
}

/**
 * Work of a unit, whose failures say whether another attempt can end otherwise.
 *
 * @throws PermanentFailure for what will not be otherwise another time; EndpointFailure for what may be
 */
export async function orPermanentFailure<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UserError && !(error instanceof EndpointFailure && error.transient))
      throw new PermanentFailure(error.message, { cause: error })
    throw error
  }
}

/**
 * Work with the models of a unit, whose cost is counted.
 *
 * @throws as `orPermanentFailure`
 */
export const withRoles = <Value>(
  resources: UnitResources,
  roles: UnitRoles,
  context: Pick<StageContext, 'account'>,
  work: (roles: Pick<Roles, 'role'>) => Promise<Value>,
): Promise<UnitOutput<Value>> =>
  orPermanentFailure(async () => {
    const counted = countedRoles(resources.roles(roles), context)
    return { value: await work(counted), costs: counted.costs() }
  })

/** What a model made, or why its answer could not be used. */
export type Made<Value> = { readonly made: Value } | { readonly rejected: string }

export async function madeOrRejected<Value>(work: () => Promise<Value>): Promise<Made<Value>> {
  try {
    return { made: await work() }
  } catch (error) {
    if (error instanceof RejectedAnswer) return { rejected: error.reason }
    throw error
  }
}
