import type { RewardPart } from '../trajectory/trajectory.ts'

export type RubricSection = 'success' | 'pattern' | 'checkpoints'

/** All parts in one list; names begin with their section: `success/refund recorded`. */
export const rewardParts = (sections: Readonly<Record<RubricSection, readonly RewardPart[]>>): RewardPart[] =>
  Object.entries(sections).flatMap(([section, parts]) =>
    parts.map((part) => ({ ...part, name: `${section}/${part.name}` })),
  )

/** Whether everything that must be so is so; an episode without such parts has not succeeded. */
export function succeeded(parts: readonly RewardPart[]): boolean {
  const needed = parts.filter(({ name }) => name.startsWith('success/'))
  return needed.length > 0 && needed.every(({ passed }) => passed)
}
