import type { Formula } from '../../../world/semantics.ts'
import type { Column } from '../../../world/state.ts'
import { everyChange, guarded, ofThe, type ToolDraft, type Workshop } from '../draft.ts'
import type { Demand } from '../mixins.ts'
import { columnParameter, keyParameter, type Parameter } from '../parameters.ts'
import { statesOf, type Thing } from '../thing.ts'
import { either, spoken, withArticle } from '../words.ts'

/** States that nothing leads out of. */
export function finalStates({ lifecycle }: Thing): readonly string[] {
  if (lifecycle === undefined) return []
  const left = new Set(Object.values(lifecycle.moves).flatMap(([from]) => from.split('|')))
  return statesOf(lifecycle).filter((state) => !left.has(state))
}

/** Tools that change columns of a row, and those that take rows away. */
export function editingTools(workshop: Workshop): readonly ToolDraft[] {
  const { thing, things, style, draw } = workshop
  const { table, name, noun } = thing
  const key = keyParameter(thing, style)
  const final = finalStates(thing)
  const unfinished: readonly Demand[] =
    final.length > 0 && draw.chance(0.6)
      ? [
          {
            column: 'status',
            is: '!=',
            term: { values: final },
            otherwise: `{the} is {status}, and stays as it is`,
          },
        ]
      : []
  const change = (
    tool: string,
    does: string,
    parameters: readonly Parameter[],
    set: Readonly<Record<string, Formula>>,
    demands: readonly Demand[] = [],
  ): ToolDraft => {
    const guards = [...unfinished, ...demands, ...everyChange(workshop)].map((demand) =>
      guarded(workshop, demand),
    )
    const reasons = guards.map(({ reason }) => reason)
    if (unfinished.length > 0) reasons[0] = `it is ${either(final.map(spoken))}`
    return {
      name: tool,
      does,
      returns: draw.pick([
        'the entry as it is now',
        'the changed entry',
        `all of the ${noun} after the change`,
      ]),
      refuses: reasons,
      parameters: [key, ...parameters],
      semantics: {
        kind: 'update',
        table: table.name,
        key: { param: key.name },
        guards: guards.map(({ guard }) => guard),
        set,
      },
    }
  }

  const own = Object.entries(table.columns).filter(([column]) => thing.ownColumns.includes(column))
  const parameter = (column: string, kind: Column, required = true, as = column): Parameter =>
    columnParameter(as, kind, { of: ofThe(thing), required, things })

  const single = own.map(([column, kind]) => {
    const as = draw.chance(0.4) && column !== key.name ? `new_${column}` : column
    return change(
      `${style.verbs.set}_${name}_${column.replace(/_id$/, '')}`,
      `${spoken(style.verbs.set)} the ${spoken(column.replace(/_id$/, ''))} of ${withArticle(noun)}`,
      [parameter(column, kind, true, as)],
      { [column]: { param: as } },
    )
  })

  const stepped = own.flatMap(([column, kind]) => {
    if (kind.type !== 'integer' && kind.type !== 'number') return []
    const most =
      kind.type === 'integer' ? Math.max(1, Math.ceil(kind.maximum / 2)) : Math.max(0.1, kind.maximum / 2)
    const by: Column = { ...kind, minimum: kind.type === 'integer' ? 1 : 0.01, maximum: most }
    const up = draw.chance(0.5)
    const demand: Demand = up
      ? {
          column,
          is: '<=',
          term: { value: kind.maximum },
          otherwise: `the ${spoken(column)} of {the} is {${column}} and cannot be raised`,
          reason: `its ${spoken(column)} is at the top already`,
        }
      : {
          column,
          is: '>=',
          term: { param: 'by' },
          otherwise: `the ${spoken(column)} of {the} is only {${column}}`,
          reason: `its ${spoken(column)} is less than that`,
        }
    return [
      change(
        `${up ? draw.pick(['raise', 'increase']) : draw.pick(['lower', 'reduce'])}_${name}_${column}`,
        `${up ? 'raise' : 'lower'} the ${spoken(column)} of ${withArticle(noun)} by an amount`,
        [columnParameter('by', by, { label: 'by_how_much', things })],
        { [column]: { op: up ? '+' : '-', args: [{ column }, { param: 'by' }] } },
        [demand],
      ),
    ]
  })

  const several = draw.sample(own, draw.integer(2, 4))
  const details = change(
    `update_${name}_details`,
    `change the ${either(
      several.map(([column]) => spoken(column.replace(/_id$/, ''))),
      'and',
    )} of ${withArticle(noun)}; what is not given stays`,
    several.map(([column, kind]) => parameter(column, kind, false)),
    Object.fromEntries(several.map(([column]) => [column, { param: column }])),
  )

  return [...single, ...stepped, details, removal(workshop, key)]
}

function removal(workshop: Workshop, key: Parameter): ToolDraft {
  const { thing, style, draw } = workshop
  const { lifecycle, table, noun } = thing
  const final = finalStates(thing)
  const removable =
    lifecycle === undefined ? [] : final.length > 0 && draw.chance(0.5) ? final : [lifecycle.start]
  const demands: readonly Demand[] = [
    ...(lifecycle === undefined
      ? []
      : [
          {
            column: 'status',
            is: 'in',
            term: { values: removable },
            otherwise: `{the} is {status}`,
          } as const,
        ]),
    ...everyChange(workshop),
  ]
  const guards = demands.map((demand) => guarded(workshop, demand))
  const reasons = guards.map(({ reason }) => reason)
  if (lifecycle !== undefined) reasons[0] = `its status is not ${either(removable.map(spoken))}`
  return {
    name: `${style.verbs.remove}_${thing.name}`,
    does: `${style.verbs.remove} ${withArticle(noun)} for good`,
    returns: 'the key of what was removed',
    refuses: reasons,
    parameters: [key],
    semantics: {
      kind: 'remove',
      table: table.name,
      key: { param: key.name },
      guards: guards.map(({ guard }) => guard),
    },
  }
}
