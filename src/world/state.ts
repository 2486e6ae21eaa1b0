/** Typed state that tools work on: tables of rows, all of it plain data that is never changed in place. */

export type Value = string | number | boolean | null
export type Row = Readonly<Record<string, Value>>
/** Rows by their keys, in order. */
export type Rows = Readonly<Record<string, Row>>
/** Tables by name. */
export type WorldState = Readonly<Record<string, Rows>>

/** What a column holds. */
export type Column =
  | { readonly type: 'text'; readonly pool?: string; readonly description?: string }
  | {
      readonly type: 'integer' | 'number'
      readonly minimum: number
      readonly maximum: number
      readonly unit?: string
      readonly description?: string
    }
  | { readonly type: 'boolean'; readonly description?: string }
  | { readonly type: 'enum'; readonly values: readonly string[]; readonly description?: string }
  | { readonly type: 'date'; readonly description?: string }
  /** The key of a row of another table. */
  | { readonly type: 'reference'; readonly table: string; readonly description?: string }

export interface Table {
  /** Plural, as in the state: `orders`. */
  readonly name: string
  readonly singular: string
  /** The column of the key, which is a text: `order_id`. */
  readonly key: string
  /** How keys look: `ORD-` and digits. */
  readonly keyPrefix: string
  /** Without the key. */
  readonly columns: Readonly<Record<string, Column>>
}
