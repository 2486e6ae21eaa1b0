import type { Stage } from '../../../jobs/stage.ts'
import type { Application } from '../../../world/application.ts'
import type { AgentProfile } from '../../../world/task.ts'
import { designAgent } from '../../teacher/design-agent.ts'
import type { UnitRoles } from '../unit-roles.ts'
import {
  type Made,
  madeOrRejected,
  type UnitOutput,
  type UnitResources,
  withRoles,
} from './unit-resources.ts'

export interface AgentWish {
  readonly seed: number
  readonly application: Application
  readonly roles: UnitRoles
}

/** Agents, by a model. */
export const agentUnits = (resources: UnitResources): Stage<AgentWish, UnitOutput<Made<AgentProfile>>> => ({
  name: 'synth/agents',
  version: '1',
  concurrency: 16,
  run: ({ seed, application, roles }, context) =>
    withRoles(resources, roles, context, ({ role }) =>
      madeOrRejected(() =>
        designAgent(role('agent_designer')!, application, { seed, signal: context.signal }),
      ),
    ),
})
