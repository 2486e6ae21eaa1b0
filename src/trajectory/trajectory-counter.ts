import { createHistogram, type Histogram } from './histogram.ts'
import type { Trajectory } from './trajectory.ts'

/** How often each of some names came, by name. */
export type Counts = Readonly<Record<string, number>>

/** What many trajectories are, in numbers. */
export interface TrajectorySummary {
  readonly count: number
  /** By label, then by its value. */
  readonly labels: Readonly<Record<string, Counts>>
  /** Messages of a trajectory, over all its branches. */
  readonly messages: Histogram
  readonly calls: Histogram
  /** Of contents and arguments, in UTF-16 units. */
  readonly characters: Histogram
  /** Recorded tokens of a trajectory, and those of them that were sampled. */
  readonly tokens: { readonly recorded: number; readonly sampled: number }
  /** Calls by the tool's name. */
  readonly tools: Counts
  /** By status; `none` for trajectories without an outcome. */
  readonly outcomes: Counts
  readonly stops: Counts
  readonly faults: Counts
  /** Of those that somebody judged. */
  readonly rewards: { readonly judged: number; readonly mean: number | null }
  /** By the name of the part. */
  readonly parts: Readonly<Record<string, { readonly count: number; readonly passed: number }>>
}

/** Names of a kind that are counted one by one; what comes beyond them is `(others)`. */
const mostNames = 50_000

const others = '(others)'

function createCounts() {
  const counts = new Map<string, number>()
  return {
    add(name: string): void {
      const own = counts.has(name) || counts.size < mostNames ? name : others
      counts.set(own, (counts.get(own) ?? 0) + 1)
    },
    counts: (): Counts => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Counts of each of some kinds, by the kind's name. */
function createCountsBy() {
  const kinds = new Map<string, ReturnType<typeof createCounts>>()
  return {
    add(kind: string, name: string): void {
      const counts = kinds.get(kind) ?? createCounts()
      kinds.set(kind, counts)
      counts.add(name)
    },
    counts: (): Readonly<Record<string, Counts>> =>
      Object.fromEntries(
        [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, of]) => [kind, of.counts()]),
      ),
  }
}

const sampledOf = (sampled: Uint8Array): number => sampled.reduce((sum, flag) => sum + flag, 0)

/** Takes in trajectories one by one; none of them is kept. */
export interface TrajectoryCounter {
  add(trajectory: Trajectory): void
  summary(): TrajectorySummary
}

export function createTrajectoryCounter(): TrajectoryCounter {
  const [labels, parts] = [createCountsBy(), createCountsBy()]
  const [tools, outcomes, stops, faults] = [createCounts(), createCounts(), createCounts(), createCounts()]
  const [messages, calls, characters] = [createHistogram(), createHistogram(), createHistogram()]
  let count = 0
  let [recorded, sampled] = [0, 0]
  let [judged, rewards] = [0, 0]

  const addNodes = ({ nodes }: Trajectory): void => {
    let [callCount, length] = [0, 0]
    for (const { message, tokens } of nodes) {
      length += message.content.length
      recorded += tokens?.ids.length ?? 0
      sampled += tokens === undefined ? 0 : sampledOf(tokens.sampled)
      for (const call of message.role === 'assistant' ? (message.toolCalls ?? []) : []) {
        tools.add(call.name)
        callCount++
        length += call.arguments.length
      }
    }
    messages.add(nodes.length)
    calls.add(callCount)
    characters.add(length)
  }

  return {
    add(trajectory) {
      count++
      addNodes(trajectory)
      for (const [label, value] of Object.entries(trajectory.labels ?? {})) labels.add(label, value)
      const { outcome } = trajectory
      outcomes.add(outcome?.status ?? 'none')
      if (outcome === undefined) return
      stops.add(outcome.stop)
      if (outcome.fault !== undefined) faults.add(outcome.fault)
      for (const { name, passed } of outcome.parts) parts.add(name, passed ? 'passed' : 'failed')
      if (outcome.reward === null) return
      judged++
      rewards += outcome.reward
    },
    summary: () => ({
      count,
      labels: labels.counts(),
      messages: messages.histogram(),
      calls: calls.histogram(),
      characters: characters.histogram(),
      tokens: { recorded, sampled },
      tools: tools.counts(),
      outcomes: outcomes.counts(),
      stops: stops.counts(),
      faults: faults.counts(),
      rewards: { judged, mean: judged === 0 ? null : rewards / judged },
      parts: Object.fromEntries(
        Object.entries(parts.counts()).map(([name, { passed = 0, failed = 0 }]) => [
          name,
          { count: passed + failed, passed },
        ]),
      ),
    }),
  }
}
