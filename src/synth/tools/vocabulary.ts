import type { Column } from '../../world/state.ts'
import type { MixinName } from './mixins.ts'
import type { PoolName } from './pools/pools.ts'

/** A column as the tables of a domain write it: references name an entity, not yet a table. */
export type ColumnSeed =
  | Exclude<Column, { type: 'reference' }>
  | { readonly type: 'entity'; readonly entity: string }
export type ColumnSeeds = Readonly<Record<string, ColumnSeed>>

/** States of a thing and what may be done in them: `cancel: ['booked|held', 'cancelled']`. */
export interface Lifecycle {
  readonly start: string
  /** By verb; a `*` in it is where the noun goes (`mark_*_lost`), otherwise it follows. */
  readonly moves: Readonly<Record<string, readonly [from: string, to: string]>>
}

/** A kind of thing that a domain's applications keep. Columns of dates stand in the order of time. */
export interface EntitySeed {
  readonly prefix: string
  /** `goods on their way between two places`. */
  readonly about: string
  readonly columns: ColumnSeeds
  readonly lifecycle?: Lifecycle
  /** What depth evolution may add. */
  readonly suits: readonly MixinName[]
}

/** A special field in which an application of the domain may work. Its name goes before nouns: `dental_appointment`. */
export interface Setting {
  readonly name: string
  /** Completes `for ...`: `dental practices`. */
  readonly phrase: string
  /** Added to the application's main entity. */
  readonly columns: ColumnSeeds
  /** The applications that it makes sense for, where that is not all. */
  readonly only?: readonly string[]
}

export interface ApplicationSeed {
  /** Completes `... that`: `plans and follows deliveries`. */
  readonly about: string
  /** The first is the main one. */
  readonly entities: readonly [string, ...string[]]
}

/** A number that is computed from arguments: `round(distance_km * price, 2)`. */
export interface Computation {
  /** Completes `computes`: `the fuel cost of a trip`. */
  readonly about: string
  readonly parameters: Readonly<Record<string, ColumnSeed>>
  readonly formula: string
}

/** One of K2's sixteen categories (paper, figure 9). */
export interface Domain {
  readonly name: string
  readonly settings: readonly Setting[]
  readonly entities: Readonly<Record<string, EntitySeed>>
  readonly applications: Readonly<Record<string, ApplicationSeed>>
  readonly computations: Readonly<Record<string, Computation>>
}

export const text = (pool: PoolName): ColumnSeed => ({ type: 'text', pool })
export const int = (minimum: number, maximum: number, unit?: string): ColumnSeed => ({
  type: 'integer',
  minimum,
  maximum,
  ...(unit === undefined ? {} : { unit }),
})
export const num = (minimum: number, maximum: number, unit?: string): ColumnSeed => ({
  type: 'number',
  minimum,
  maximum,
  ...(unit === undefined ? {} : { unit }),
})
export const flag: ColumnSeed = { type: 'boolean' }
export const day: ColumnSeed = { type: 'date' }
export const oneOf = (...values: readonly string[]): ColumnSeed => ({ type: 'enum', values })
export const ref = (entity: string): ColumnSeed => ({ type: 'entity', entity })
