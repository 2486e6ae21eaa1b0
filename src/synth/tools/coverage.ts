import type { Application } from '../../world/application.ts'
import type { Semantics } from '../../world/semantics.ts'

/** What a tool does, `imported` where only its declaration is known. */
export type ActionKind = Semantics['kind'] | 'imported'

export interface ApplicationCoverage {
  readonly domain: string
  readonly application: string
  readonly counts: Readonly<Partial<Record<ActionKind, number>>>
  readonly tools: number
}

/** How many tools of which kind each application has. */
export function coverageOf(applications: Iterable<Application>): readonly ApplicationCoverage[] {
  return Array.from(applications, ({ domain, name, tools }) => {
    const counts: Partial<Record<ActionKind, number>> = {}
    for (const { semantics } of tools) {
      const kind = semantics?.kind ?? 'imported'
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    return { domain, application: name, counts, tools: tools.length }
  })
}

export interface DomainCoverage {
  readonly domain: string
  readonly applications: number
  readonly counts: Readonly<Partial<Record<ActionKind, number>>>
  readonly tools: number
}

/** The same by domain, in the order of the domains' first applications. */
export function domainCoverage(coverage: Iterable<ApplicationCoverage>): readonly DomainCoverage[] {
  const domains = new Map<string, DomainCoverage>()
  for (const { domain, counts, tools } of coverage) {
    const before = domains.get(domain) ?? { domain, applications: 0, counts: {}, tools: 0 }
    const sums: Partial<Record<ActionKind, number>> = { ...before.counts }
    for (const [kind, count] of Object.entries(counts) as [ActionKind, number][])
      sums[kind] = (sums[kind] ?? 0) + count
    domains.set(domain, {
      domain,
      applications: before.applications + 1,
      counts: sums,
      tools: before.tools + tools,
    })
  }
  return [...domains.values()]
}
