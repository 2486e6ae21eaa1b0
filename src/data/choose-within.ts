import { permuted } from './order.ts'

/**
 * Of `count` items those that come first in an order that `key` chooses, as many as are of at most `most` together, but
 * at least one.
 */
export function chooseWithin(
  count: number,
  sizeOf: (item: number) => number,
  most: number,
  key: number,
): number[] {
  const all = Array.from({ length: count }, (_, i) => permuted(i, count, key))
  let total = 0
  const end = all.findIndex((item, i) => {
    total += sizeOf(item)
    return total > most && i > 0
  })
  return end < 0 ? all : all.slice(0, end)
}
