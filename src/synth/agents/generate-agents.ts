import { type Draws, draws } from '../../draws.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import { poolText } from '../tools/pools/pool-text.ts'
import { pools } from '../tools/pools/pools.ts'
import { either, spoken, withArticle } from '../tools/words.ts'
import type { Agent } from './agent.ts'
import { audiencesServed, backgrounds, roles, tempers } from './personas.ts'
import { type PolicyRule, policyRules } from './policies.ts'
import { systemPrompt } from './system-prompt.ts'

export interface GenerateAgentsOptions {
  readonly seed: number
  readonly count: number
  /** Each with two tools at least. */
  readonly applications: readonly Application[]
  readonly onProgress?: (agents: number) => void
}

const nameOf = ({ declaration }: WorldTool): string => declaration.function.name

/** Two applications can be had together where no name of a table or tool is in both. */
const compatible = (a: Application, b: Application): boolean => {
  const tables = new Set(a.tables.map(({ name }) => name))
  const tools = new Set(a.tools.map(nameOf))
  return (
    a !== b &&
    !b.tables.some(({ name }) => tables.has(name)) &&
    !b.tools.some((tool) => tools.has(nameOf(tool)))
  )
}

interface Choice {
  readonly all: readonly Application[]
  readonly ofDomain: ReadonlyMap<string, readonly Application[]>
}

/** How often a second application is looked for. */
const attempts = 6

/** One application, or two of a domain. */
function applicationsOf({ all, ofDomain }: Choice, draw: Draws): readonly Application[] {
  const first = draw.pick(all)
  const neighbours = ofDomain.get(first.domain)!
  if (!draw.chance(0.2)) return [first]
  for (let i = 0; i < attempts; i++) {
    const second = draw.pick(neighbours)
    if (compatible(first, second)) return [first, second]
  }
  return [first]
}

/** Some tools, in their order; something that reads is among them where there is such a tool. */
function toolsOf(applications: readonly Application[], draw: Draws): readonly WorldTool[] {
  const size = draw.integer(2, 12)
  const share = Math.ceil(size / applications.length)
  return applications.flatMap(({ tools }) => {
    const readers = tools.filter(({ semantics }) => semantics?.kind === 'get' || semantics?.kind === 'search')
    const reader = readers.length === 0 ? undefined : draw.pick(readers)
    const others = draw.sample(
      tools.filter((tool) => tool !== reader),
      share - (reader === undefined ? 0 : 1),
    )
    return tools.filter((tool) => tool === reader || others.includes(tool))
  })
}

function rulesOf(tools: readonly WorldTool[], draw: Draws): readonly PolicyRule[] {
  const possible = draw.shuffled(policyRules.filter(({ concerns }) => concerns(tools)))
  const groups = new Set<string>()
  const chosen = possible.filter(({ group }) => !groups.has(group) && groups.add(group))
  return chosen.slice(0, draw.integer(2, 6))
}

const openings: readonly ((name: string, role: string, temper: string, place: string) => string)[] = [
  (name, role, temper, place) => `You are ${name}, ${role} of ${place}. You are ${temper}.`,
  (name, role, temper, place) =>
    `Your name is ${name} and you are ${withArticle(role)} at ${place}, ${temper}.`,
  (_, role, temper, place) => `You work as ${withArticle(role)} for ${place}. Be ${temper}.`,
  (name, role, temper, place) =>
    `This is ${place}. You, ${name}, serve it as ${withArticle(role)}; people know you as ${temper}.`,
  (_, role, temper, place) => `Act as the ${temper} ${role} of ${place}.`,
]

function agentAt(seed: number, choice: Choice, index: number): Agent {
  const draw = draws(seed, 'agent', index)
  const chosen = applicationsOf(choice, draw)
  const tools = toolsOf(chosen, draw)
  const { domain } = chosen[0]!
  const role = draw.pick(roles[domain] ?? roles.unknown!)
  const temper = draw.pick(tempers)
  const name = poolText(pools.person, draw)
  const company = poolText(pools.company, draw)
  const desk = either(
    chosen.map((application) => spoken(application.name)),
    'and',
  )
  const things = [...new Set(chosen.flatMap(({ tables }) => tables.map((table) => spoken(table.name))))]
  const expertise = things.length === 0 ? desk : either(draw.sample(things, 3), 'and')
  const background = draw
    .pick(backgrounds)
    .replace('{years}', String(draw.integer(2, 24)))
    .replace('{city}', poolText(pools.city, draw))
  const rules = rulesOf(tools, draw)
  const parts = {
    opening: draw.pick(openings)(name, role, temper, `${company}, ${desk}`),
    expertise: `${background}${draw.pick([' and know ', '; your field is ', ', above all with '])}${expertise}.`,
    audience: `You ${draw.pick(['serve', 'help', 'speak with', 'work for'])} ${draw.pick(audiencesServed)}.`,
    rules: rules.map(({ texts }) => draw.pick(texts)),
  }
  return {
    id: `agent-${seed}-${index}`,
    domain,
    applications: chosen.map((application) => application.name),
    persona: `${name}, ${temper} ${role}`,
    expertise,
    policy: rules.map((rule) => rule.name),
    systemPrompt: systemPrompt(parts, draw),
    tools: tools.map(nameOf),
  }
}

/** Agents, persona and policy by a subset of tools: agent `i` depends on the seed, `i` and the applications alone. */
export function* generateAgents(options: GenerateAgentsOptions): Generator<Agent> {
  const { seed, count, applications: all } = options
  const choice: Choice = { all, ofDomain: Map.groupBy(all, ({ domain }) => domain) }
  for (let i = 0; i < count; i++) {
    yield agentAt(seed, choice, i)
    options.onProgress?.(i + 1)
  }
}
