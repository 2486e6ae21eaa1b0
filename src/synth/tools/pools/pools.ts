import { business } from './business.ts'
import { lifeAndPlay } from './life-and-play.ts'
import { peopleAndPlaces } from './people-and-places.ts'
import type { Pool } from './pool.ts'
import { technology } from './technology.ts'

/** Texts for columns, by the `pool` of the column. */
export const pools = { ...peopleAndPlaces, ...business, ...technology, ...lifeAndPlay } satisfies Readonly<
  Record<string, Pool>
>

export type PoolName = keyof typeof pools

/** The pool of that name; a column of a file may name one that is not ours. */
export const poolNamed = (name: string | undefined): Pool | undefined =>
  name !== undefined && Object.hasOwn(pools, name) ? pools[name as PoolName] : undefined
