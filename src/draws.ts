/** Seeded choices: what is drawn depends on the seed and the words given with it, on nothing else. */

/** Numbers in [0, 1) that a seed determines: a Weyl sequence through SplitMix's 32-bit finaliser. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** FNV-1a over UTF-16 units, then SplitMix's finaliser. */
function hashOf(start: number, text: string): number {
  let hash = start ^ 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** A seed (32 bits) of its own for each path of words and numbers below a seed: stage, index, purpose. */
export const derivedSeed = (seed: number, ...path: readonly (string | number)[]): number =>
  path.reduce<number>((at, part) => hashOf(at, `${typeof part === 'number' ? '#' : '/'}${part}`), seed >>> 0)

/** Choices one after the other. */
export interface Draws {
  /** In [0, 1). */
  readonly unit: () => number
  /** Whether something of this probability comes. */
  readonly chance: (probability: number) => boolean
  /** A whole number from `least` to `most`, both included. */
  readonly integer: (least: number, most: number) => number
  /** One of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T
  /** One by weights, which are not all 0. */
  readonly weighted: <T>(list: readonly (readonly [T, number])[]) => T
  /** `count` different ones in random order; all of them where there are fewer. */
  readonly sample: <T>(list: readonly T[], count: number) => T[]
  readonly shuffled: <T>(list: readonly T[]) => T[]
}

/** Draws for a place: `draws(seed, 'tasks', index)`. */
export function draws(seed: number, ...path: readonly (string | number)[]): Draws {
  const unit = seededRandom(derivedSeed(seed, ...path))
  const integer = (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1))
  const pick = <T>(list: readonly T[]): T => list[Math.floor(unit() * list.length)]!
  const sample = <T>(list: readonly T[], count: number): T[] => {
    const left = [...list]
    const chosen: T[] = []
    while (chosen.length < count && left.length > 0) {
      const at = Math.floor(unit() * left.length)
      chosen.push(left[at]!)
      left[at] = left.at(-1)!
      left.pop()
    }
    return chosen
  }
  return {
    unit,
    chance: (probability) => unit() < probability,
    integer,
    pick,
    weighted(list) {
      let at = unit() * list.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of list) if ((at -= weight) < 0) return item
      return list.findLast(([, weight]) => weight > 0)![0]
    },
    sample,
    shuffled: (list) => sample(list, list.length),
  }
}
