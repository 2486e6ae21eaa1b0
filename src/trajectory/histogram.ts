/** How often values lie in a range. */
export interface HistogramBin {
  /** The least value of the bin. */
  readonly from: number
  /** The least value above it. */
  readonly to: number
  readonly count: number
}

/** Numbers of a kind, counted. */
export interface Histogram {
  readonly count: number
  readonly sum: number
  /** null where there are no values. */
  readonly minimum: number | null
  readonly maximum: number | null
  /** Ascending, without empty ones. */
  readonly bins: readonly HistogramBin[]
}

export interface HistogramCounter {
  add(value: number): void
  histogram(): Histogram
}

/** The bin of a whole number: 0, 1, 2, 3, then four to every doubling, so that a bin is at most a quarter of its least value wide. */
export function binOf(value: number): Omit<HistogramBin, 'count'> {
  if (value < 4) return { from: value, to: value + 1 }
  const width = 2 ** Math.floor(Math.log2(value) - 2)
  const from = Math.floor(value / width) * width
  return { from, to: from + width }
}

/** Counts whole numbers of 0 and more as they come. */
export function createHistogram(): HistogramCounter {
  const bins = new Map<number, HistogramBin>()
  let [count, sum, minimum, maximum] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return {
    add(value) {
      const bin = binOf(value)
      bins.set(bin.from, { ...bin, count: (bins.get(bin.from)?.count ?? 0) + 1 })
      count++
      sum += value
      minimum = Math.min(minimum, value)
      maximum = Math.max(maximum, value)
    },
    histogram: () => ({
      count,
      sum,
      minimum: count === 0 ? null : minimum,
      maximum: count === 0 ? null : maximum,
      bins: [...bins.values()].sort((a, b) => a.from - b.from),
    }),
  }
}
