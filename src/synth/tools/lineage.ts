import { draws } from '../../draws.ts'
import { audiences } from './audiences.ts'
import { domains } from './domains/domains.ts'
import type { ApplicationSeed, Domain, Setting } from './vocabulary.ts'

/** Where an application comes from: a category, a seed of it, and how it was made special. */
export interface Lineage {
  readonly domain: Domain
  readonly seedName: string
  readonly seed: ApplicationSeed
  readonly setting: Setting
  /** From the second time round on. */
  readonly audience: Setting | undefined
  /** From 1; more where all audiences were had. */
  readonly edition: number
}

/** A setting fits where its name does not say again what the application's says. */
const fits = ({ name, only }: Setting, seedName: string): boolean =>
  (only === undefined || only.includes(seedName)) && !name.split('_').some((word) => seedName.includes(word))

function breadth(seed: number, domain: Domain): readonly Pick<Lineage, 'seedName' | 'seed' | 'setting'>[] {
  const pairs = Object.entries(domain.applications).flatMap(([seedName, application]) =>
    domain.settings
      .filter((setting) => fits(setting, seedName))
      .map((setting) => ({ seedName, seed: application, setting })),
  )
  return draws(seed, `breadth of ${domain.name}`).shuffled(pairs)
}

/**
 * The lineage of application `index`. Indices go through the sixteen domains in turn; in each one every seed in every
 * setting comes once before any comes again for some special audience.
 */
export function lineageAt(seed: number, index: number): Lineage {
  const domain = draws(seed, 'order of domains').shuffled(domains)[index % domains.length]!
  const inDomain = Math.floor(index / domains.length)
  const pairs = breadth(seed, domain)
  const round = Math.floor(inDomain / pairs.length)
  const order = draws(seed, `audiences of ${domain.name}`).shuffled(audiences)
  return {
    domain,
    ...pairs[inDomain % pairs.length]!,
    audience: round === 0 ? undefined : order[(round - 1) % order.length],
    edition: 1 + Math.max(0, Math.floor((round - 1) / order.length)),
  }
}
