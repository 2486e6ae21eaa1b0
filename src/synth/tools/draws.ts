import { hashCounters, hashText, hashWords, unitInterval } from '../../data/hash.ts'

/** Random choices, each a function of what the draws were made from and of how many came before. */
export interface Draws {
  /** In [0, 1). */
  unit(): number
  /** Both ends included. */
  integer(minimum: number, maximum: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Some of the items, in their order. */
  sample<T>(items: readonly T[], count: number): readonly T[]
  shuffled<T>(items: readonly T[]): readonly T[]
}

/** Draws of a stage's index under a seed: what other stages and indices draw has no part in them. */
export function drawsOf(seed: number, stage: string, ...index: readonly number[]): Draws {
  const stream = hashCounters(hashText(0, stage), seed, ...index)
  let counter = 0
  const unit = (): number => unitInterval(hashWords(stream, counter++))
  const integer = (minimum: number, maximum: number): number =>
    minimum + Math.floor(unit() * (maximum - minimum + 1))
  const shuffled = <T>(items: readonly T[]): readonly T[] => {
    const order = [...items]
    for (let i = order.length - 1; i > 0; i--) {
      const j = integer(0, i)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order
  }
  return {
    unit,
    integer,
    chance: (probability) => unit() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to pick from')
      return items[integer(0, items.length - 1)]!
    },
    sample(items, count) {
      const chosen = new Set(shuffled(items.map((_, i) => i)).slice(0, count))
      return items.filter((_, i) => chosen.has(i))
    },
    shuffled,
  }
}
