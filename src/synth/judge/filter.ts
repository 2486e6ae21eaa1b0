import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import type { Judgement } from './judge-trajectory.ts'

/** Texts as they come: the index of an earlier one that a text is a near-duplicate of, or its own. */
export interface DuplicateIndex {
  readonly size: number
  add(text: string): number
}

/** Whether texts have stretches of an evaluation set. */
export interface ContaminationIndex {
  overlaps(text: string): readonly { readonly evaluationId: string }[]
}

export interface FilterOptions {
  /** Left out, near-duplicates stay. */
  readonly duplicates?: DuplicateIndex
  readonly contamination?: ContaminationIndex
  /** Most trajectories of one value of a label: `{ family: 500 }` keeps at most 500 of each family. */
  readonly caps?: Readonly<Record<string, number>>
}

export type FilterReason =
  | 'rejected'
  | 'undecided'
  | 'void'
  | 'contaminated'
  | 'near-duplicate'
  | 'over a cap'

export type FilterResult =
  | { readonly kept: true }
  | { readonly kept: false; readonly reason: FilterReason; readonly detail: string }

const verdictReasons = { reject: 'rejected', undecided: 'undecided', void: 'void' } as const

/** What is compared of a trajectory: what its people say and what it calls, without what tools answer. */
export const comparedText = (trajectory: Trajectory): string =>
  conversation(trajectory)
    .filter(({ role }) => role === 'user' || role === 'assistant')
    .map((message) => {
      const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
      return [message.content, ...calls.map((call) => `${call.name} ${call.arguments}`)].join(' ')
    })
    .join('\n')

/**
 * Decides trajectory by trajectory, in order, which are kept: judged to be kept, no stretch of an evaluation set, no
 * near-duplicate of one kept before, within the caps. It remembers what it has kept.
 */
export function createFilter({ duplicates, contamination, caps = {} }: FilterOptions) {
  const counts = new Map<string, number>()

  function overCap(labels: Readonly<Record<string, string>>): string | undefined {
    return Object.entries(caps).find(
      ([label, most]) => (counts.get(`${label} ${labels[label]}`) ?? 0) >= most,
    )?.[0]
  }

  function duplicateOf(text: string): boolean {
    if (duplicates === undefined) return false
    const own = duplicates.size
    return duplicates.add(text) !== own
  }

  return (trajectory: Trajectory, judgement: Judgement): FilterResult => {
    const { verdict, reason = '' } = judgement
    if (verdict !== 'keep') return { kept: false, reason: verdictReasons[verdict], detail: reason }
    const labels = trajectory.labels ?? {}
    const text = comparedText(trajectory)
    const overlap = contamination?.overlaps(text)[0]
    if (overlap !== undefined) return { kept: false, reason: 'contaminated', detail: overlap.evaluationId }
    const full = overCap(labels)
    if (full !== undefined) return { kept: false, reason: 'over a cap', detail: `${full} ${labels[full]}` }
    if (duplicateOf(text)) return { kept: false, reason: 'near-duplicate', detail: '' }
    for (const label of Object.keys(caps)) {
      const key = `${label} ${labels[label]}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return { kept: true }
  }
}
