import { type Shape, sizeOf, type TypedArray } from '../../tensor/types.ts'

/** A box inside a row-major array: where it begins and how large it is. */
export interface Box {
  readonly start: Shape
  readonly shape: Shape
}

/** Calls with the offset in the whole and in the part of each run of elements that is contiguous in both. */
function eachRun(
  whole: Shape,
  { start, shape }: Box,
  action: (inWhole: number, inPart: number, length: number) => void,
): void {
  const total = sizeOf(shape)
  if (total === 0) return
  // Dimensions from `split` on are whole, so that a run covers them and a range of the dimension before.
  let split = shape.length
  while (split > 0 && shape[split - 1] === whole[split - 1]) split--
  const first = Math.max(0, split - 1)
  const length = sizeOf(shape.slice(first))
  const strides = whole.map((_, d) => sizeOf(whole.slice(d + 1)))
  const at = shape.map(() => 0)
  let base = start.reduce((sum, index, d) => sum + index * strides[d]!, 0)
  for (let done = 0; done < total; done += length) {
    action(base, done, length)
    for (let d = first - 1; d >= 0; d--) {
      at[d]!++
      base += strides[d]!
      if (at[d]! < shape[d]!) break
      base -= at[d]! * strides[d]!
      at[d] = 0
    }
  }
}

/** Below this many elements a loop beats a view and a copy. */
const SHORT_RUN = 32

function copyRun(to: TypedArray, at: number, from: TypedArray, begin: number, length: number): void {
  if (length >= SHORT_RUN) to.set(from.subarray(begin, begin + length), at)
  else for (let i = 0; i < length; i++) to[at + i] = from[begin + i]!
}

/** Copies a box of `whole` into `part`, both row-major. */
export function takeBox(whole: TypedArray, shape: Shape, box: Box, part: TypedArray): void {
  eachRun(shape, box, (inWhole, inPart, length) => copyRun(part, inPart, whole, inWhole, length))
}

/** Copies `part` into a box of `whole`, both row-major. */
export function putBox(whole: TypedArray, shape: Shape, box: Box, part: TypedArray): void {
  eachRun(shape, box, (inWhole, inPart, length) => copyRun(whole, inWhole, part, inPart, length))
}

/** Where a box lies in the whole array if it is one run of elements there; undefined otherwise. */
export function contiguousOffset(whole: Shape, { start, shape }: Box): number | undefined {
  // Only the first dimension in which the box is longer than 1 may be cut.
  const first = shape.findIndex((size) => size > 1)
  const cut = first >= 0 && shape.some((size, d) => d > first && size !== whole[d])
  return cut ? undefined : start.reduce((sum, index, d) => sum + index * sizeOf(whole.slice(d + 1)), 0)
}
