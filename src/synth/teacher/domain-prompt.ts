import { z } from 'zod'
import { blocks } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import { identifier } from './designed-application.ts'

export interface DomainInput {
  /** One of K2's sixteen. */
  readonly domain: string
  readonly count: number
  /** Names that there are already. */
  readonly known: readonly string[]
}

export interface ApplicationDomain {
  readonly name: string
  readonly description: string
}

const system = `You map a field of work into application domains: groups of people with one kind of software need, narrow enough that a single small application serves it.

Good application domains of one field differ in three ways: who works there, what records they keep, and what they decide every day. Begin with the obvious ones, then move away from them: neighbouring trades, back offices, regulators, hobbyists, emergencies, maintenance, training.

For each one give
- name: snake_case, two to four words, no brand names;
- description: two sentences. The first says who uses the software and for what. The second names the records that it keeps and what is done with them.

None may be a rewording of another one or of one that exists.`

/** Hierarchical domain evolution, first step (k2-spec §6, stage 1): a domain becomes application domains. */
export const domainPrompt: VersionedPrompt<DomainInput, { readonly domains: readonly ApplicationDomain[] }> =
  {
    name: 'application domains',
    version: 1,
    system,
    user: ({ domain, count, known }) =>
      blocks({
        field: domain.replaceAll('_', ' '),
        exist: known.length > 0 ? known.join('\n') : undefined,
        wanted: `${count} application domains`,
      }),
    schema: z.strictObject({
      domains: z.array(z.strictObject({ name: identifier, description: z.string().min(20) })),
    }),
    temperature: 1,
    maxTokens: 4096,
    problems({ domains }, { count, known }) {
      const names = domains.map(({ name }) => name)
      return [
        ...(domains.length === count ? [] : [`${domains.length} domains came, ${count} are wanted`]),
        ...names.filter((name) => known.includes(name)).map((name) => `${name} exists already`),
        ...names.filter((name, i) => names.indexOf(name) < i).map((name) => `${name} comes twice`),
      ]
    },
  }
