import type { Condition, Term } from '../../../world/semantics.ts'
import { everyChange, guarded, ofThe, type ToolDraft, type Workshop } from '../draft.ts'
import type { Mixin, MixinTool } from '../mixins.ts'
import { columnParameter, keyParameter } from '../parameters.ts'
import { withArticle } from '../words.ts'

type Kind = MixinTool['kind']
type Rule<K extends Kind> = (
  workshop: Workshop,
  tool: Extract<MixinTool, { kind: K }>,
  mixin: Mixin,
) => Pick<ToolDraft, 'returns' | 'parameters' | 'semantics' | 'refuses'>

const asked = (
  { thing, things }: Workshop,
  { ask = {} }: MixinTool,
  optional: ReadonlySet<string> = new Set(),
) =>
  Object.entries(ask).map(([name, column]) =>
    columnParameter(name, column, {
      of: Object.hasOwn(thing.table.columns, name) ? ofThe(thing) : '',
      required: !optional.has(name),
      things,
    }),
  )

/** Of a list that is narrowed by constants, parameters only narrow it further. */
const further = (where: readonly Condition[]): ReadonlySet<string> =>
  new Set(
    where.some(({ term }) => 'value' in term)
      ? where.flatMap(({ term }) => ('param' in term ? [term.param] : []))
      : [],
  )

const rules: { readonly [K in Kind]: Rule<K> } = {
  change(workshop, tool, mixin) {
    const { thing, style, draw } = workshop
    const key = keyParameter(thing, style)
    const always = mixin.everyChange === undefined ? everyChange(workshop) : []
    const guards = [...(tool.demands ?? []), ...always].map((demand) => guarded(workshop, demand))
    const values = Object.values(tool.set)
    // Where each value is a parameter and there are several, any of them may be left out.
    const free = values.length > 1 && values.every((value) => 'param' in value) && tool.demands === undefined
    return {
      returns: draw.pick([
        'the entry as it is now',
        'the changed entry',
        `the ${thing.noun} after the change`,
      ]),
      refuses: guards.map(({ reason }) => reason),
      parameters: [key, ...asked(workshop, tool, new Set(free ? Object.keys(tool.ask ?? {}) : []))],
      semantics: {
        kind: 'update',
        table: thing.table.name,
        key: { param: key.name },
        guards: guards.map(({ guard }) => guard),
        set: tool.set,
      },
    }
  },
  list(workshop, tool, mixin) {
    const { thing, style, draw } = workshop
    const shown = draw.sample(thing.ownColumns, Math.min(thing.ownColumns.length, draw.integer(2, 4)))
    return {
      returns: `at most ${style.limit} of them and how many there are in all`,
      parameters: asked(workshop, tool, further(tool.where)),
      semantics: {
        kind: 'search',
        table: thing.table.name,
        where: tool.where,
        columns: [...shown, ...Object.keys(mixin.columns)].filter((column) =>
          Object.hasOwn(thing.table.columns, column),
        ),
        limit: style.limit,
        ...(tool.sort === undefined ? {} : { sort: tool.sort }),
      },
    }
  },
  figure(workshop, tool) {
    const { table } = workshop.thing
    return {
      returns: tool.function === 'count' ? 'their number' : 'the figure and how many it is of',
      parameters: asked(workshop, tool, further(tool.where)),
      semantics: {
        kind: 'aggregate',
        table: table.name,
        where: tool.where,
        function: tool.function,
        ...(tool.column === undefined ? {} : { column: tool.column }),
      },
    }
  },
  transfer(workshop, { column }) {
    const { thing, style, things, draw } = workshop
    const [from, to] = draw.pick([
      ['from_id', 'to_id'],
      ['source_id', 'target_id'],
      ['giver_id', 'receiver_id'],
    ] as const)
    const amount = columnParameter(
      'amount',
      { type: 'integer', minimum: 1, maximum: 100_000 },
      { of: ' to move', things },
    )
    const term = (param: string): Term => ({ param })
    return {
      returns: 'what both have afterwards',
      refuses: ['the one that gives has not enough', 'both are the same'],
      parameters: [keyParameter(thing, style, from), keyParameter(thing, style, to), amount],
      semantics: {
        kind: 'transfer',
        table: thing.table.name,
        from: term(from),
        to: term(to),
        column,
        amount: term('amount'),
        floor: 0,
      },
    }
  },
}

/** The tools that a thing's abilities bring. */
export function abilityTools(workshop: Workshop): readonly ToolDraft[] {
  const { thing } = workshop
  return thing.mixins.flatMap((mixin) =>
    mixin.tools.map((tool) => ({
      name: tool.name.replace('**', thing.names).replace('*', thing.name),
      does: tool.does
        .replaceAll('{a}', withArticle(thing.noun))
        .replaceAll('{the}', `the ${thing.noun}`)
        .replaceAll('{many}', thing.nouns)
        .replaceAll('{noun}', thing.noun),
      ...(rules[tool.kind] as Rule<Kind>)(workshop, tool as never, mixin),
    })),
  )
}
