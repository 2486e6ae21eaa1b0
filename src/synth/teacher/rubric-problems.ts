import type { Table, WorldState } from '../../world/state.ts'
import type { Check, Rubric } from '../../world/task.ts'

/** What a rubric may name. */
export interface TaskNames {
  readonly tables: readonly Table[]
  /** Parameters by tool. */
  readonly tools: ReadonlyMap<string, ReadonlySet<string>>
  readonly state: WorldState
}

const toolProblems = (names: TaskNames, tools: readonly string[]): string[] =>
  tools.filter((tool) => !names.tools.has(tool)).map((tool) => `there is no tool ${tool}`)

function columnProblems({ tables }: TaskNames, name: string, columns: readonly string[]): string[] {
  const table = tables.find((one) => one.name === name)
  if (table === undefined) return [`there is no table ${name}`]
  return columns
    .filter((column) => !Object.hasOwn(table.columns, column))
    .map((column) => `the table ${name} has no column ${column}`)
}

function placeProblems(names: TaskNames, place: string): string[] {
  const [table = '', key = ''] = place.split(/\/(.*)/s)
  if (key === '') return [`${place} is no table/key`]
  return columnProblems(names, table, [])
}

type Rule<Kind extends Check['kind']> = (check: Extract<Check, { kind: Kind }>, names: TaskNames) => string[]

const rules: { readonly [Kind in Check['kind']]: Rule<Kind> } = {
  column: ({ table, column }, names) => columnProblems(names, table, [column]),
  rows: ({ table, where }, names) => columnProblems(names, table, Object.keys(where)),
  unchanged: ({ except }, names) => except.flatMap((place) => placeProblems(names, place)),
  called({ tool, arguments: given = {}, atLeast = 1, atMost = Number.POSITIVE_INFINITY }, names) {
    const known = names.tools.get(tool)
    if (known === undefined) return toolProblems(names, [tool])
    return [
      ...Object.keys(given)
        .filter((name) => !known.has(name))
        .map((name) => `the tool ${tool} has no parameter ${name}`),
      ...(atLeast > atMost ? [`${atLeast} calls at least are more than ${atMost} at most`] : []),
    ]
  },
  not_called: ({ tool }, names) => toolProblems(names, tool === undefined ? [] : [tool]),
  order: ({ first, second }, names) => toolProblems(names, [first, second]),
  together: ({ tools }, names) => toolProblems(names, tools),
  said: () => [],
  asked: ({ before }, names) => toolProblems(names, before),
  tests: () => ['tests are no check of such a task'],
}

/** What is wrong with a rubric of the right form, one sentence each. */
export function rubricProblems(rubric: Rubric, names: TaskNames): readonly string[] {
  const sections = ['success', 'pattern', 'checkpoints'] as const
  const judged = rubric.judged.map(({ name }) => name)
  const twice = judged.filter((name, i) => judged.indexOf(name) < i)
  const broken = sections.flatMap((section) =>
    rubric[section].flatMap(({ name, check }) =>
      (rules[check.kind] as Rule<typeof check.kind>)(check as never, names).map(
        (problem) => `${section} "${name}": ${problem}`,
      ),
    ),
  )
  return [...broken, ...twice.map((name) => `judged: two criteria are named "${name}"`)]
}
