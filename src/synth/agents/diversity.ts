import { draws } from '../../draws.ts'
import { jaccard, shingles } from '../../trajectory/min-hash.ts'
import type { Agent } from './agent.ts'

export interface AgentDiversity {
  readonly agents: number
  /** Of the system messages' words, pairs, … quadruples: the different ones among all, 0 to 1. */
  readonly distinctNgrams: readonly [number, number, number, number]
  /** Mean of 1 − Jaccard similarity of the word triples of two system messages. */
  readonly promptDistance: number
  /** Mean Jaccard similarity of the tools of two agents of one application. */
  readonly toolOverlap: number
  /** Sets of tools that no other agent has, in parts of all. */
  readonly ownToolSets: number
  /** Agents by number of tools. */
  readonly sizes: Readonly<Record<number, number>>
}

export interface DiversityOptions {
  readonly seed?: number
  /** Pairs that are drawn for means. Default 20,000. */
  readonly pairs?: number
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

function distinctNgrams(texts: readonly (readonly string[])[], n: number): number {
  const seen = new Set<string>()
  let all = 0
  for (const words of texts)
    for (let i = 0; i + n <= words.length; i++) {
      seen.add(words.slice(i, i + n).join(' '))
      all++
    }
  return all === 0 ? 0 : seen.size / all
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length

function overlap(a: readonly string[], b: readonly string[]): number {
  const shared = a.filter((tool) => b.includes(tool)).length
  return shared / (a.length + b.length - shared)
}

const counted = <T extends string | number>(keys: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** How different agents are from each other, in their words and their tools. Means are over pairs that are drawn. */
export function agentDiversity(
  agents: readonly Agent[],
  { seed = 0, pairs = 20_000 }: DiversityOptions = {},
): AgentDiversity {
  const texts = agents.map(({ systemPrompt }) => systemPrompt ?? '')
  const words = texts.map(wordsOf)
  const members = texts.map((text) => shingles(text, 3))
  const draw = draws(seed, 'pairs of agents')
  const pairOf = (count: number): readonly [number, number] => {
    const first = draw.integer(0, count - 1)
    return [first, (first + draw.integer(1, count - 1)) % count]
  }
  const drawn = agents.length < 2 ? [] : Array.from({ length: pairs }, () => pairOf(agents.length))
  const neighbours = [...Map.groupBy(agents, ({ applications }) => applications[0]!).values()].filter(
    ({ length }) => length > 1,
  )
  const sameApplication = Array.from({ length: neighbours.length === 0 ? 0 : pairs }, () => {
    const those = draw.pick(neighbours)
    const [a, b] = pairOf(those.length)
    return overlap(those[a]!.tools, those[b]!.tools)
  })
  const sets = counted(agents.map(({ applications, tools }) => [...applications, ...tools].join(' ')))
  return {
    agents: agents.length,
    distinctNgrams: [1, 2, 3, 4].map((n) => distinctNgrams(words, n)) as [number, number, number, number],
    promptDistance: mean(drawn.map(([a, b]) => 1 - jaccard(members[a]!, members[b]!))),
    toolOverlap: mean(sameApplication),
    ownToolSets: agents.length === 0 ? 0 : [...sets.values()].filter((n) => n === 1).length / agents.length,
    sizes: Object.fromEntries(
      [...counted(agents.map(({ tools }) => tools.length))].toSorted(([a], [b]) => a - b),
    ),
  }
}
