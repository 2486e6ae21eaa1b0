import { hashCounters, unitInterval } from '../../../data/hash.ts'

/** Draws in order, each a hash of the counters it was made with and its place. */
export interface Draw {
  /** Both ends are possible. */
  integer(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** `count` of a list, each at most once, in their order. */
  some<T>(list: readonly T[], count: number): T[]
}

export function createDraw(seed: number, ...counters: readonly number[]): Draw {
  let place = 0
  const unit = (): number => unitInterval(hashCounters(seed, ...counters, place++))
  const integer = (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1))
  return {
    integer,
    chance: (probability) => unit() < probability,
    pick: (list) => list[integer(0, list.length - 1)]!,
    some(list, count) {
      const left = [...list.keys()]
      while (left.length > count) left.splice(integer(0, left.length - 1), 1)
      return left.map((at) => list[at]!)
    },
  }
}
