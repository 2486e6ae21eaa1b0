import type { Condition, Formula, Semantics, Term } from '../../world/semantics.ts'

/** What semantics refer to. */
export interface Mentions {
  readonly tables: readonly string[]
  /** Of the table of the semantics. */
  readonly columns: readonly string[]
  readonly parameters: readonly string[]
}

const none: Mentions = { tables: [], columns: [], parameters: [] }

const together = (parts: readonly Mentions[]): Mentions => ({
  tables: parts.flatMap(({ tables }) => tables),
  columns: parts.flatMap(({ columns }) => columns),
  parameters: parts.flatMap(({ parameters }) => parameters),
})

const columns = (...names: readonly string[]): Mentions => ({ ...none, columns: names })
const inTable = (table: string, ...parts: readonly Mentions[]): Mentions =>
  together([{ ...none, tables: [table] }, ...parts])

const ofTerm = (term: Term | { readonly values: readonly unknown[] }): Mentions =>
  'param' in term ? { ...none, parameters: [term.param] } : 'column' in term ? columns(term.column) : none

const ofFormula = (formula: Formula): Mentions =>
  'op' in formula ? together(formula.args.map(ofFormula)) : ofTerm(formula)

const ofConditions = (conditions: readonly Condition[]): Mentions =>
  together(conditions.flatMap(({ column, term }) => [columns(column), ofTerm(term)]))

const ofSet = (set: Readonly<Record<string, Formula>>): Mentions =>
  together([columns(...Object.keys(set)), ...Object.values(set).map(ofFormula)])

const rules: {
  readonly [Kind in Semantics['kind']]: (semantics: Extract<Semantics, { kind: Kind }>) => Mentions
} = {
  get: ({ table, key, columns: told = [] }) => inTable(table, ofTerm(key), columns(...told)),
  search: ({ table, where, columns: told, sort }) =>
    inTable(table, ofConditions(where), columns(...told, ...(sort === undefined ? [] : [sort.column]))),
  aggregate: ({ table, where, column }) =>
    inTable(table, ofConditions(where), columns(...(column === undefined ? [] : [column]))),
  create: ({ table, set }) => inTable(table, ofSet(set)),
  update: ({ table, key, guards, set }) =>
    inTable(table, ofTerm(key), ofConditions(guards.map(({ condition }) => condition)), ofSet(set)),
  remove: ({ table, key, guards }) =>
    inTable(table, ofTerm(key), ofConditions(guards.map(({ condition }) => condition))),
  transfer: ({ table, from, to, column, amount }) =>
    inTable(table, ofTerm(from), ofTerm(to), columns(column), ofFormula(amount)),
  compute: ({ formula }) => ofFormula(formula),
  script: () => none,
}

/** What semantics mention. */
export const mentionsOf = (semantics: Semantics): Mentions =>
  (rules[semantics.kind] as (semantics: Semantics) => Mentions)(semantics)
