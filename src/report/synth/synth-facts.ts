import type { CountsByName, SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { taskFamilies } from '../../world/task.ts'

export const sumOf = (counts: CountsByName): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** Of `wrong_tool`, `wrong tool`. */
export const inWords = (name: string): string => name.replaceAll('_', ' ')

/** Names that are there, the known ones first and in their order. */
const inOrder = (names: Iterable<string>, known: readonly string[]): string[] => {
  const there = new Set(names)
  return [
    ...known.filter((name) => there.has(name)),
    ...[...there].filter((name) => !known.includes(name)).toSorted(),
  ]
}

export const familiesOf = (rows: readonly { readonly row: string }[]): string[] =>
  inOrder(
    rows.map(({ row }) => row),
    taskFamilies,
  )

export const verdictsOf = (rows: readonly { readonly column: string }[]): string[] =>
  inOrder(
    rows.map(({ column }) => column),
    ['keep', 'reject', 'undecided', 'void'],
  )

/** Counts by row and column as a function; 0 where there are none. */
export function crossed(
  counts: readonly { readonly row: string; readonly column: string; readonly count: number }[],
): (row: string, column: string) => number {
  const byPlace = new Map<string, number>()
  const key = (row: string, column: string): string => JSON.stringify([row, column])
  for (const { row, column, count } of counts)
    byPlace.set(key(row, column), (byPlace.get(key(row, column)) ?? 0) + count)
  return (row, column) => byPlace.get(key(row, column)) ?? 0
}

/** Trajectories that are kept at the end, of all. */
export function keptOf({ stages, rejections, trajectories }: SynthReportData): { kept: number; all: number } {
  const filter = stages.find(({ stage }) => stage === 'filter')
  return filter === undefined
    ? { kept: trajectories.count - sumOf(rejections), all: trajectories.count }
    : { kept: filter.output, all: filter.input }
}

/** Seconds of work of all stages; undefined where none is known. */
export function workSeconds({ stages }: SynthReportData): number | undefined {
  const known = stages.flatMap(({ seconds }) => seconds ?? [])
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0)
}
