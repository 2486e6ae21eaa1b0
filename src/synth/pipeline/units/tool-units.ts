import type { Stage } from '../../../jobs/stage.ts'
import type { Application } from '../../../world/application.ts'
import { designApplication, designDomains } from '../../teacher/design-tools.ts'
import type { ApplicationDomain } from '../../teacher/domain-prompt.ts'
import { applicationAt } from '../../tools/application.ts'
import type { UnitRoles } from '../unit-roles.ts'
import {
  type Made,
  madeOrRejected,
  type UnitOutput,
  type UnitResources,
  withRoles,
} from './unit-resources.ts'

/** Applications of one seed by index. */
export interface ApplicationChunk {
  readonly seed: number
  readonly from: number
  readonly count: number
}

/** Procedural applications, before near-duplicates go. */
export const applicationUnits = (): Stage<ApplicationChunk, readonly Application[]> => ({
  name: 'synth/applications',
  version: '1',
  run: async ({ seed, from, count }) =>
    Array.from({ length: count }, (_, i) => applicationAt(seed, from + i)),
})

export interface DomainWish {
  readonly seed: number
  readonly domain: string
  readonly count: number
  readonly known: readonly string[]
  readonly roles: UnitRoles
}

/** Application domains of a domain, by a model. */
export const domainUnits = (
  resources: UnitResources,
): Stage<DomainWish, UnitOutput<Made<readonly ApplicationDomain[]>>> => ({
  name: 'synth/domains',
  version: '1',
  concurrency: 16,
  run: ({ seed, roles, ...wish }, context) =>
    withRoles(resources, roles, context, ({ role }) =>
      madeOrRejected(() => designDomains(role('tool_designer')!, wish, { seed, signal: context.signal })),
    ),
})

export interface ApplicationWish {
  readonly seed: number
  readonly domain: string
  readonly application: ApplicationDomain
  readonly tools: number
  readonly roles: UnitRoles
}

/** Applications, by a model. */
export const designUnits = (
  resources: UnitResources,
): Stage<ApplicationWish, UnitOutput<Made<Application>>> => ({
  name: 'synth/designed-applications',
  version: '1',
  concurrency: 16,
  run: ({ seed, roles, ...wish }, context) =>
    withRoles(resources, roles, context, ({ role }) =>
      madeOrRejected(() => designApplication(role('tool_designer')!, wish, { seed, signal: context.signal })),
    ),
})
