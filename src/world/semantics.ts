/** What a tool does, as data: who has a tool's file can run it. */

/** A value: a parameter of the call, a constant, or a column of the row under work. */
export type Term =
  | { readonly param: string }
  | { readonly value: string | number | boolean | null }
  | { readonly column: string }

export type Formula =
  | Term
  | { readonly op: '+' | '-' | '*' | '/' | 'min' | 'max'; readonly args: readonly Formula[] }
  | { readonly op: 'round'; readonly args: readonly [Formula]; readonly digits: number }

/** A condition on a row. A filter whose parameter is not given holds. */
export interface Condition {
  readonly column: string
  readonly is: '=' | '!=' | '<=' | '>=' | 'contains' | 'in'
  readonly term: Term | { readonly values: readonly (string | number | boolean | null)[] }
}

/** Demanded of the row before it is changed; the message says what is wrong, with {column} and {param} filled in. */
export interface Guard {
  readonly condition: Condition
  readonly message: string
}

export type Semantics =
  /** The row with a key. */
  | { readonly kind: 'get'; readonly table: string; readonly key: Term; readonly columns?: readonly string[] }
  /** Rows that meet all conditions, in order, at most `limit`. */
  | {
      readonly kind: 'search'
      readonly table: string
      readonly where: readonly Condition[]
      readonly columns: readonly string[]
      readonly limit: number
      readonly sort?: { readonly column: string; readonly descending?: boolean }
    }
  | {
      readonly kind: 'aggregate'
      readonly table: string
      readonly where: readonly Condition[]
      readonly function: 'count' | 'sum' | 'mean' | 'minimum' | 'maximum'
      readonly column?: string
    }
  /** A new row with the next free key, which is told. */
  | { readonly kind: 'create'; readonly table: string; readonly set: Readonly<Record<string, Formula>> }
  | {
      readonly kind: 'update'
      readonly table: string
      readonly key: Term
      readonly guards: readonly Guard[]
      readonly set: Readonly<Record<string, Formula>>
    }
  | { readonly kind: 'remove'; readonly table: string; readonly key: Term; readonly guards: readonly Guard[] }
  /** Takes an amount from a row's column and gives it to another's; refused where less than `floor` would be left. */
  | {
      readonly kind: 'transfer'
      readonly table: string
      readonly from: Term
      readonly to: Term
      readonly column: string
      readonly amount: Formula
      readonly floor: number
    }
  /** A number from the arguments alone. */
  | { readonly kind: 'compute'; readonly result: string; readonly formula: Formula }
  /** JavaScript `(args, state) => ({ result, state })`, run apart from everything: of tools that a model wrote. */
  | { readonly kind: 'script'; readonly source: string }

/** Whether a call can change the state. */
export const isWrite = ({ kind }: Semantics): boolean =>
  kind === 'create' || kind === 'update' || kind === 'remove' || kind === 'transfer' || kind === 'script'
