import { seededRandom } from '../draws.ts'

/** Bounds between which a value lies with 95% confidence. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Two-sided 95% quantile of the normal distribution. */
const z = 1.959963984540054

/**
 * Wilson's score interval of a proportion (Wilson 1927): right also for few trials, and at 0 and 1.
 *
 * @returns null for no trials
 */
export function wilsonInterval(successes: number, trials: number): Interval | null {
  if (trials === 0) return null
  const share = successes / trials
  const scale = 1 + z ** 2 / trials
  const middle = (share + z ** 2 / (2 * trials)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))
  // At the ends the bound is exact; rounding must not put it beyond.
  return {
    low: successes === 0 ? 0 : Math.max(0, middle - half),
    high: successes === trials ? 1 : Math.min(1, middle + half),
  }
}

/**
 * Percentile bootstrap (Efron 1979) of a statistic of counted outcomes: as many outcomes are drawn again as there are.
 *
 * @param counts how often each outcome came
 * @param statistic of such counts; null where it has no value
 * @returns null where the statistic never has a value
 */
export function bootstrapInterval(
  counts: readonly number[],
  statistic: (counts: readonly number[]) => number | null,
  { seed = 0, resamples = 2000 } = {},
): Interval | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const random = seededRandom(seed)
  const values: number[] = []
  for (let i = 0; i < resamples; i++) {
    const drawn = counts.map(() => 0)
    for (let j = 0; j < total; j++) {
      let at = Math.floor(random() * total)
      let outcome = 0
      while (at >= counts[outcome]!) at -= counts[outcome++]!
      drawn[outcome]!++
    }
    const value = statistic(drawn)
    if (value !== null) values.push(value)
  }
  if (values.length === 0) return null
  values.sort((a, b) => a - b)
  const quantile = (part: number): number => {
    const at = part * (values.length - 1)
    const below = values[Math.floor(at)]!
    return below + (at % 1) * (values[Math.ceil(at)]! - below)
  }
  return { low: quantile(0.025), high: quantile(0.975) }
}
