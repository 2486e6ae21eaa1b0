import { argsort, scatterAlong } from '../tensor/ops/indexing.ts'
import { iota, scalar } from '../tensor/ops/leaf.ts'
import { broadcast } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/** The two index maps of sorting by a key: which row comes to each place, and to which place each row comes. */
export interface SortOrder {
  readonly order: Tensor
  readonly place: Tensor
}

/** @param keys [N]; equals keep their order */
export function sortOrder(keys: Tensor): SortOrder {
  const order = argsort(keys)
  const place = scatterAlong(broadcast(scalar(0, 'i32'), keys.shape), order, iota(keys.shape, 0), 0)
  return { order, place }
}
