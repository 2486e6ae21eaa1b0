import type { CountsByName, CrossCount } from './synth-report-data.ts'

/** Names that are counted one by one; what comes beyond them is `(others)`. */
const mostNames = 10_000

/** Counts names as they come; read in the order of the names. */
export function createNameCounts() {
  const counts = new Map<string, number>()
  return {
    add(name: string, count = 1): void {
      const own = counts.has(name) || counts.size < mostNames ? name : '(others)'
      counts.set(own, (counts.get(own) ?? 0) + count)
    },
    addAll(others: CountsByName): void {
      for (const [name, count] of Object.entries(others)) this.add(name, count)
    },
    get total(): number {
      return [...counts.values()].reduce((a, b) => a + b, 0)
    },
    counts: (): CountsByName =>
      Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
  }
}

/** Counts pairs of names. */
export function createCrossCounts() {
  const rows = new Map<string, ReturnType<typeof createNameCounts>>()
  return {
    add(row: string, column: string): void {
      const counts = rows.get(row) ?? createNameCounts()
      rows.set(row, counts)
      counts.add(column)
    },
    counts: (): readonly CrossCount[] =>
      [...rows]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([row, of]) =>
          Object.entries(of.counts()).map(([column, count]) => ({ row, column, count })),
        ),
  }
}
